using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary>Endpoints about another user, which an administrator asks who signed in.</summary>
internal static class ForAdmins
{
    public const string OneUser = "/auth/users/{id:guid}";

    public static RouteHandlerBuilder RequireAdmin(this RouteHandlerBuilder endpoint) => endpoint
        .RequireSession()
        .RequireScope(TokenScopes.Admin)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status404NotFound);

    public static ProblemHttpResult NotFound(Guid id) => Problem.NotFound("user_not_found", $"There is no user {id}.");

    /// <summary>Finds the user and does it.</summary>
    public static async Task<Results<NoContent, ProblemHttpResult>> ChangeAsync(
        Guid id, UserTable users, Func<KnownUser, Task<UserChange>> change, CancellationToken cancellationToken) =>
        await users.FindAsync(id, cancellationToken) is not { } user
            ? NotFound(id)
            : await change(user) switch
            {
                UserChange.Made => TypedResults.NoContent(),
                UserChange.LastAdmin => Problem.Conflict("last_admin", "Nobody else is an administrator: make another one first."),
                UserChange.IssuersRole => Problem.Conflict("role_elsewhere", "What the user may, another issuer says: change it there."),
                _ => Problem.Conflict("user_changed", "The user was changed by somebody else at the same time."),
            };
}
