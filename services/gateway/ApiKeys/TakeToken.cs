using AlgoStack.Gateway.Bans;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.ApiKeys;

/// <summary>
/// <c>POST /auth/token</c>: a program takes an access token for its key, and another when that has expired. So services check
/// one kind of thing, and none but this one ever sees a key.
/// </summary>
internal static class TakeToken
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/auth/token", HandleAsync)
        .AllowAnonymous()
        .WithMetadata(GoesOn.Always)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status429TooManyRequests);

    private static async Task<Results<Ok<ProgramToken>, ProblemHttpResult>> HandleAsync(
        GivenApiKey given, ApiKeyTable keys, AccessTokens tokens, FailedAddresses failures, HttpContext context)
    {
        if (await keys.UseAsync(given.ApiKey, context) is not { } holder)
        {
            await failures.CountAsync(context);
            return Problem.Of(StatusCodes.Status401Unauthorized, "api_key_invalid", "The API key is revoked, over, or none of ours.");
        }

        // As far as its user may now: a role may have been taken back since.
        var scopes = Roles.ScopesOf(holder.Role).Intersect(holder.Scopes, StringComparer.Ordinal).ToList();
        var token = await tokens.IssueAsync(holder.UserId, holder.Role, scopes, TokenClaims.ApiKey, holder.KeyId, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new ProgramToken(token.Text, token.ExpiresAt, scopes));
    }
}

internal sealed record GivenApiKey(string ApiKey);

internal sealed record ProgramToken(string AccessToken, DateTimeOffset ExpiresAt, IReadOnlyList<string> Scopes);
