using AlgoStack.Gateway.Sessions;

namespace AlgoStack.Gateway.ApiKeys;

/// <summary><c>GET /auth/api-keys</c>: the user's keys that are open, without their secrets.</summary>
internal static class GetApiKeys
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/auth/api-keys", (Caller caller, ApiKeyTable keys, CancellationToken cancellationToken) => keys.ListAsync(caller.UserId, cancellationToken))
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized);
}
