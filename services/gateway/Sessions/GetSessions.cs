namespace AlgoStack.Gateway.Sessions;

/// <summary><c>GET /auth/sessions</c>: where the user is signed in, the newest first.</summary>
internal static class GetSessions
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/auth/sessions", (Caller caller, SessionTable sessions, CancellationToken cancellationToken) =>
            sessions.ListAsync(caller.UserId, caller.SessionId, isEndedToo: false, cancellationToken))
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized);
}
