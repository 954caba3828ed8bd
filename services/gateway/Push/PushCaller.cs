using System.Globalization;
using System.Security.Claims;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Push;

/// <summary>Whose a connection is, and until when.</summary>
/// <param name="Session">Of a person who signed in; else there is an API key, or a user of another issuer's.</param>
internal sealed record PushCaller(string UserId, Guid? Session, Guid? ApiKey, Guid? Federated, DateTimeOffset ExpiresAt)
{
    private const string Expires = "exp";

    /// <summary>Of a principal that a token was checked for.</summary>
    public static PushCaller Of(ClaimsPrincipal principal) => new(
        Claim(principal, TokenClaims.Subject),
        Id(principal, TokenClaims.Session),
        Id(principal, TokenClaims.ApiKey),
        Id(principal, TokenClaims.Federated),
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(Claim(principal, Expires), CultureInfo.InvariantCulture)));

    private static string Claim(ClaimsPrincipal principal, string type) =>
        principal.FindFirstValue(type) ?? throw new InvalidOperationException($"A token without the claim {type} was let in.");

    private static Guid? Id(ClaimsPrincipal principal, string type) => Guid.TryParse(principal.FindFirstValue(type), out var id) ? id : null;
}
