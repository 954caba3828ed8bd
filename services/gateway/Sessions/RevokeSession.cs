using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Sessions;

/// <summary><c>DELETE /auth/sessions/{id}</c>: ends a session of the user's, wherever it is.</summary>
internal static class RevokeSession
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/auth/sessions/{id:guid}", HandleAsync)
        .RequireSession()
        .WithMetadata(GoesOn.Always)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        Guid id, Caller caller, SessionTable sessions, AuditLog audit, HttpContext context) =>
        await sessions.RevokeAsync(caller.UserId, id, new SessionRevoked(caller.UserId, id, await audit.ActorAsync(context)), context.RequestAborted)
            ? TypedResults.NoContent()
            : Problem.NotFound("session_not_found", $"You have no open session {id}.");
}
