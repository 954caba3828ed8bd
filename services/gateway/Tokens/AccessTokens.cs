using AlgoStack.Gateway.Users;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AlgoStack.Gateway.Tokens;

/// <summary>Makes access tokens (RFC 9068): who it is, what they may, for five minutes.</summary>
internal sealed class AccessTokens(SigningKeys keys, IOptionsMonitor<TokenCheckOptions> options, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private static readonly JsonWebTokenHandler Tokens = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="origin"><see cref="TokenClaims.Session"/> or <see cref="TokenClaims.ApiKey"/>.</param>
    /// <param name="originId">Of that session or key.</param>
    public async Task<AccessToken> IssueAsync(
        Guid userId, Role role, IReadOnlyList<string> scopes, string origin, Guid originId, CancellationToken cancellationToken)
    {
        var key = await keys.CurrentAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var who = options.Get(TokenCheck.Scheme);
        using var pair = key.Open();
        var token = Tokens.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = who.Issuer,
            Audience = who.Audience,
            IssuedAt = now.UtcDateTime,
            NotBefore = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            TokenType = AccessToken.Type,
            SigningCredentials = key.Credentials(pair),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                [TokenClaims.Subject] = userId.ToString(),
                [TokenClaims.Role] = role.Name(),
                [TokenClaims.Scope] = string.Join(' ', scopes),
                [origin] = originId.ToString(),
                [JwtRegisteredClaimNames.Jti] = Guid.CreateVersion7(now).ToString(),
            },
        });
        return new AccessToken(token, now + Lifetime);
    }
}

internal sealed record AccessToken(string Text, DateTimeOffset ExpiresAt)
{
    public const string Type = "at+jwt";
}
