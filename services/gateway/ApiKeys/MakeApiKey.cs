using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.ApiKeys;

/// <summary><c>POST /auth/api-keys</c>: makes a key for a program, which may do no more than who makes it.</summary>
internal static class MakeApiKey
{
    private const int MostNameCharacters = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/api-keys", HandleAsync)
        .RequireSession()
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<Results<Ok<ApiKeySecret>, ProblemHttpResult>> HandleAsync(
        WantedApiKey wanted, Caller caller, ApiKeyTable keys, AuditLog audit, HttpContext context)
    {
        var allowed = Roles.ScopesOf(caller.Role);
        if (wanted.Name.Trim().Length is 0 or > MostNameCharacters || wanted.Name.Any(char.IsControl))
            return Problem.Refused("name_invalid", $"name: expected one line of 1 to {MostNameCharacters} characters.");
        if (wanted.Scopes.Count == 0 || wanted.Scopes.Except(allowed, StringComparer.Ordinal).Any())
            return Problem.Refused("scopes_invalid", $"scopes: expected some of {string.Join(", ", allowed)}, which are yours.");
        if (wanted.Days is < 1 or > ApiKeyTable.MostDays)
            return Problem.Refused("lifetime_invalid", $"days: expected 1 to {ApiKeyTable.MostDays}, found {wanted.Days}.");

        var scopes = allowed.Intersect(wanted.Scopes, StringComparer.Ordinal).ToList();
        if (await keys.MakeAsync(caller.UserId, wanted.Name.Trim(), scopes, wanted.Days, await audit.ActorAsync(context), context.RequestAborted) is not { } made)
            return Problem.Conflict("too_many_api_keys", $"You have {ApiKeyTable.MostKeys} keys; revoke one first.");

        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(made);
    }
}

/// <param name="Days">How long a secret of the key is good, up to 180.</param>
internal sealed record WantedApiKey(string Name, IReadOnlyList<string> Scopes, int Days = ApiKeyTable.MostDays);
