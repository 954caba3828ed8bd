using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Audit;

/// <summary><c>GET /api/v1/audit?user=&amp;action=&amp;from=&amp;to=&amp;before=&amp;limit=</c>: who did what, the newest first.</summary>
internal static class ReadAudit
{
    private const int DefaultLimit = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/audit", HandleAsync)
        .RequireScope(TokenScopes.Admin)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden);

    /// <param name="user">Who did it, or to whom it was done.</param>
    /// <param name="before">The <c>next</c> of the page before this one.</param>
    private static Task<AuditPage> HandleAsync(
        AuditReader audit, Guid? user, string? action, DateTimeOffset? from, DateTimeOffset? to, long? before, int? limit, CancellationToken cancellationToken) =>
        audit.ReadAsync(
            new AuditFilter { User = user, Action = action, From = from, To = to, Before = before },
            Math.Clamp(limit ?? DefaultLimit, 1, AuditReader.MostRows),
            cancellationToken);
}
