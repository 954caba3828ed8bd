using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Maintenance;

namespace AlgoStack.Gateway.Sessions;

/// <summary><c>POST /auth/sign-out</c>: ends the session that asks.</summary>
internal static class SignOut
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/sign-out", async (Caller caller, SessionTable sessions, AuditLog audit, HttpContext context) =>
        {
            await sessions.RevokeAsync(caller.UserId, caller.SessionId, new SignedOut(caller.UserId, await audit.ActorAsync(context)), context.RequestAborted);
            SessionCookies.Clear(context);
            return TypedResults.NoContent();
        })
        .RequireSession()
        .WithMetadata(GoesOn.Always)
        .ProducesProblem(StatusCodes.Status401Unauthorized);
}
