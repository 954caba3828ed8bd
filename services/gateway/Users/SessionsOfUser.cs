using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary><c>GET /auth/users/{id}/sessions</c>: where a user is signed in; <c>DELETE …/{session}</c> ends one.</summary>
internal static class SessionsOfUser
{
    private const string Path = $"{ForAdmins.OneUser}/sessions";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ListAsync).RequireAdmin();
        routes.MapDelete($"{Path}/{{session:guid}}", RevokeAsync).RequireAdmin();
    }

    private static async Task<Results<Ok<IReadOnlyList<OpenSession>>, ProblemHttpResult>> ListAsync(
        Guid id, Caller caller, UserTable users, SessionTable sessions, CancellationToken cancellationToken) =>
        await users.FindAsync(id, cancellationToken) is null
            ? ForAdmins.NotFound(id)
            : TypedResults.Ok(await sessions.ListAsync(id, caller.SessionId, isEndedToo: false, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(Guid id, Guid session, SessionTable sessions, AuditLog audit, HttpContext context) =>
        await sessions.RevokeAsync(id, session, new SessionRevoked(id, session, await audit.ActorAsync(context)), context.RequestAborted)
            ? TypedResults.NoContent()
            : Problem.NotFound("session_not_found", $"User {id} has no open session {session}.");
}
