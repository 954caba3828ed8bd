using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary><c>GET /auth/users</c>: all users, by name; <c>GET /auth/users/{id}</c>: one of them.</summary>
internal static class GetUsers
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/auth/users", (UserTable users, CancellationToken cancellationToken) => users.ListAsync(cancellationToken)).RequireAdmin();
        routes.MapGet(ForAdmins.OneUser, FindAsync).RequireAdmin();
    }

    private static async Task<Results<Ok<KnownUser>, ProblemHttpResult>> FindAsync(Guid id, UserTable users, CancellationToken cancellationToken) =>
        await users.FindAsync(id, cancellationToken) is { } user ? TypedResults.Ok(user) : ForAdmins.NotFound(id);
}
