using AlgoStack.Gateway.ApiKeys;
using AlgoStack.Gateway.Bans;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Oidc;

/// <summary>
/// <c>POST /auth/oidc/token</c>: a program takes an access token for one of the issuer's, as it would for an API key, and another when that has
/// expired. So services check one kind of thing, and an end here ends it everywhere.
/// </summary>
internal sealed class TakeIssuersToken(ConfiguredIssuer configured, IssuerUsers users, AccessTokens tokens, FailedAddresses failures)
{
    public const string Path = $"{OidcServices.Path}/token";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost(Path, (GivenAccessToken given, TakeIssuersToken take, HttpContext context) => take.HandleAsync(given, context))
        .AllowAnonymous()
        .WithMetadata(GoesOn.Always)
        .ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private async Task<Results<Ok<ProgramToken>, ProblemHttpResult>> HandleAsync(GivenAccessToken given, HttpContext context)
    {
        if (configured.Issuer is not { } issuer) return OidcServices.None();
        if (issuer.Audience is not { } audience) return Problem.NotFound("issuer_audience_none", "Oidc:Audience is not configured: no tokens of the issuer's are taken.");

        try
        {
            var person = await issuer.CheckAccessTokenAsync(given.AccessToken, audience, context.RequestAborted);
            var user = await users.TakeInAsync(person, context);
            var scopes = Roles.ScopesOf(user.Role);
            var token = await tokens.IssueAsync(user.Id, user.Role, scopes, TokenClaims.Federated, user.Id, context.RequestAborted);
            context.Response.Headers.CacheControl = "no-store";
            return TypedResults.Ok(new ProgramToken(token.Text, token.ExpiresAt, scopes));
        }
        catch (IssuerRefusedException refused) when (refused.Retryable)
        {
            return Problem.Unavailable(refused.Code, refused.Message);
        }
        catch (IssuerRefusedException refused)
        {
            if (refused.Code == "issuer_token_invalid") await failures.CountAsync(context);
            return Problem.Of(StatusCodes.Status401Unauthorized, refused.Code, refused.Message);
        }
    }
}

/// <param name="AccessToken">The issuer's, with <c>Oidc:Audience</c> in its <c>aud</c>.</param>
internal sealed record GivenAccessToken(string AccessToken);
