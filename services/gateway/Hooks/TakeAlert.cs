using System.Buffers;
using System.Text.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Gateway.Bans;
using AlgoStack.ServiceDefaults.Problems;

namespace AlgoStack.Gateway.Hooks;

/// <summary>
/// <c>POST /hooks/tradingview/{name}</c>: an alert becomes an order, or a target, of the hook's account, through risk as any other. It
/// shows the hook's secret in its body, since TradingView sends no headers; the same body within the hook's window is the
/// same alert. The answer is that of broker-routing.
/// </summary>
internal sealed partial class TakeAlert(
    IReadOnlyDictionary<string, Hook> hooks, HookAlerts alerts, HookOrders orders, FailedAddresses failures, TimeProvider clock, ILogger<TakeAlert> logger)
{
    private const int MostBodyBytes = 8 * 1024;

    /// <summary>TradingView waits for 3 s; what it gives up on goes on here.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/hooks/tradingview/{name}", (string name, TakeAlert take, HttpContext context) => take.HandleAsync(name, context))
        .AllowAnonymous()
        .Accepts<TradingViewAlert>("application/json", "text/plain")
        .Produces<OrderState>(StatusCodes.Status201Created)
        .Produces<OrdersSubmitted>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private async Task<IResult> HandleAsync(string name, HttpContext context)
    {
        if (!hooks.TryGetValue(name, out var hook)) return Problem.NotFound("hook_not_found", "There is no such hook.");
        if (hook.Sources.Networks.Count > 0 && !hook.Sources.Contains(context.Connection.RemoteIpAddress))
            return Problem.Of(StatusCodes.Status403Forbidden, "source_not_allowed", "Alerts of this hook do not come from here.");
        if (await ReadBodyAsync(context) is not { } body)
            return Problem.Of(StatusCodes.Status413PayloadTooLarge, "too_large", $"Expected an alert of at most {MostBodyBytes} bytes.");

        TradingViewAlert alert;
        try
        {
            alert = TradingViewAlert.Read(body);
        }
        catch (JsonException e)
        {
            // The path says which member; the message would quote what came, and with it a secret.
            return Problem.Invalid("alert_invalid", $"{e.Path ?? "$"}: expected an alert in the form of the gateway's README.");
        }

        if (!hook.Knows(alert.Secret))
        {
            await failures.CountAsync(context);
            return Problem.Of(StatusCodes.Status401Unauthorized, "hook_secret_wrong", "The secret is another.");
        }

        return alert.WhyNot(clock.GetUtcNow()) is { } why ? Problem.Refused("alert_invalid", why) : await OrderAsync(context, hook, alert, body);
    }

    private async Task<IResult> OrderAsync(HttpContext context, Hook hook, TradingViewAlert alert, byte[] body)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        var key = await alerts.NameAsync(hook, body, patience.Token);
        var (path, command) = alert.ToCommand(hook);
        try
        {
            using var answer = await orders.SendAsync(path, command, key, patience.Token);
            LogTaken(hook.Name, key, (int)answer.StatusCode);
            foreach (var header in (string[])["Idempotency-Replayed", "Retry-After"])
            {
                if (answer.Headers.TryGetValues(header, out var values)) context.Response.Headers[header] = values.ToArray();
            }

            return Results.Text(
                await answer.Content.ReadAsStringAsync(patience.Token), answer.Content.Headers.ContentType?.ToString(), statusCode: (int)answer.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            LogLost(hook.Name, key, e.Message);
            return Problem.Unavailable("service_unavailable", $"Whether {HookOrders.Service} has the order is not known; the same alert may come again.");
        }
    }

    /// <summary>Null where it is too large.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MostBodyBytes) return null;

        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > MostBodyBytes) return null;
            if (read.IsCompleted) return read.Buffer.ToArray();

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Alert {Alert} of hook {Hook} was answered {Status}.")]
    private partial void LogTaken(string hook, string alert, int status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Of alert {Alert} of hook {Hook} it is not known whether it is an order: {Reason}")]
    private partial void LogLost(string hook, string alert, string reason);
}
