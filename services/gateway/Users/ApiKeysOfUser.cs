using AlgoStack.Gateway.ApiKeys;
using AlgoStack.Gateway.Audit;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Users;

/// <summary><c>GET /auth/users/{id}/api-keys</c>: a user's keys that are open, without their secrets; <c>DELETE …/{key}</c> ends one.</summary>
internal static class ApiKeysOfUser
{
    private const string Path = $"{ForAdmins.OneUser}/api-keys";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, ListAsync).RequireAdmin();
        routes.MapDelete($"{Path}/{{key:guid}}", RevokeAsync).RequireAdmin();
    }

    private static async Task<Results<Ok<IReadOnlyList<ApiKey>>, ProblemHttpResult>> ListAsync(
        Guid id, UserTable users, ApiKeyTable keys, CancellationToken cancellationToken) =>
        await users.FindAsync(id, cancellationToken) is null ? ForAdmins.NotFound(id) : TypedResults.Ok(await keys.ListAsync(id, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> RevokeAsync(Guid id, Guid key, ApiKeyTable keys, AuditLog audit, HttpContext context) =>
        await keys.RevokeAsync(id, key, await audit.ActorAsync(context), context.RequestAborted)
            ? TypedResults.NoContent()
            : Problem.NotFound("api_key_not_found", $"User {id} has no open API key {key}.");
}
