using System.Globalization;
using AlgoStack.ServiceDefaults.Problems;

namespace AlgoStack.Gateway.Maintenance;

/// <summary>
/// While there is maintenance, whatever changes anything is 503 <c>maintenance</c> with <c>Retry-After</c>, but for <see cref="GoesOn"/>.
/// It runs once it is known that the caller may at all.
/// </summary>
internal sealed class RefuseChanges(MaintenanceTable table)
{
    // Nobody knows how long it takes; so often is no burden.
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(60);

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (Looks(context.Request.Method) || GoesOn.Is(context) || await table.ReadAsync(context.RequestAborted) is not { } maintenance)
        {
            await next(context);
            return;
        }

        context.Response.Headers.RetryAfter = AskAgain.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        await Problem.Unavailable("maintenance", $"Nothing can be changed since {maintenance.Since:u}: {maintenance.Reason}").ExecuteAsync(context);
    }

    private static bool Looks(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
