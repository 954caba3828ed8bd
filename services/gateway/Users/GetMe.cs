using AlgoStack.Gateway.Sessions;
using AlgoStack.Gateway.TwoFactor;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;

namespace AlgoStack.Gateway.Users;

/// <summary><c>GET /auth/me</c>: who is signed in.</summary>
internal static class GetMe
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/auth/me", HandleAsync)
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized);

    private static async Task<Results<Ok<Me>, ProblemHttpResult>> HandleAsync(
        Caller caller, UserManager<User> users, SecondFactor second, CancellationToken cancellationToken) =>
        await users.FindByIdAsync(caller.UserId.ToString()) is { } user
            ? TypedResults.Ok(new Me(
                user.Id, user.Name, user.Role.Name(), Roles.ScopesOf(user.Role), user.PasswordHash is not null, await second.IsOnAsync(user.Id, cancellationToken)))
            : Problem.NotFound("user_not_found", "You are no user any more.");
}

/// <param name="HasPassword">Whether here; else another issuer has it, and the second factor.</param>
internal sealed record Me(Guid UserId, string Name, string Role, IReadOnlyList<string> Scopes, bool HasPassword, bool HasSecondFactor);
