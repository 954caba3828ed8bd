using System.Security.Claims;
using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Sessions;

/// <summary>Who asks, for handlers of endpoints that let in nobody without a session.</summary>
internal sealed record Caller(Guid UserId, Guid SessionId, Role Role)
{
    public static ValueTask<Caller?> BindAsync(HttpContext context)
    {
        var user = context.User;
        return ValueTask.FromResult<Caller?>(new Caller(
            Guid.Parse(Claim(user, TokenClaims.Subject)), Guid.Parse(Claim(user, TokenClaims.Session)), Roles.Read(Claim(user, TokenClaims.Role))));
    }

    private static string Claim(ClaimsPrincipal user, string type) =>
        user.FindFirstValue(type) ?? throw new InvalidOperationException($"The endpoint let somebody in without the claim {type}.");
}

internal static class SignedIn
{
    /// <summary>Lets in who signed in themselves, and no program with an API key.</summary>
    public static TBuilder RequireSession<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(policy => policy.RequireClaim(TokenClaims.Session));
}
