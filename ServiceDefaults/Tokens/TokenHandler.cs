using System.Data.Common;
using System.Security.Claims;
using System.Text.Encodings.Web;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>Says who asks, by an access token (RFC 9068) signed with ES256, and answers who may not.</summary>
internal sealed partial class TokenHandler(
    IOptionsMonitor<TokenCheckOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenKeys keys, ServiceKey serviceKey, TimeProvider clock)
    : AuthenticationHandler<TokenCheckOptions>(options, logger, encoder)
{
    /// <summary>Ours have under 700.</summary>
    public const int MostCharacters = 4 * 1024;

    public const string Type = "at+jwt";

    private const string Bearer = "Bearer ";
    private const string Missing = "The request has no token: expected 'Authorization: Bearer' and one.";

    /// <summary>By how much the clocks of two machines may differ.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    private static readonly JsonWebTokenHandler Tokens = new() { MaximumTokenSizeInBytes = MostCharacters, MapInboundClaims = false };

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        try
        {
            if (ReadToken() is not { } token) return AuthenticateResult.NoResult();
            if (serviceKey.Is(token)) return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(ServiceKey.Identity(Scheme.Name)), Scheme.Name));

            var principal = new ClaimsPrincipal(await CheckAsync(token));
            if (Options.HasEnded is { } hasEnded && await hasEnded(Context, principal))
                throw new TokenRefusedException("token_revoked", "What the token was had for has ended.");

            return AuthenticateResult.Success(new AuthenticationTicket(principal, Scheme.Name));
        }
        catch (TokenRefusedException refused)
        {
            return AuthenticateResult.Fail(refused);
        }
        catch (DbException away)
        {
            // Whoever demands nothing answers all the same: a halt must not wait for a database.
            CannotTell(Logger, away);
            return AuthenticateResult.Fail(new TokenRefusedException(
                StatusCodes.Status503ServiceUnavailable, "token_check_unavailable", "Whether the token still stands cannot be told at the moment.", retryable: true));
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var refused = (await HandleAuthenticateOnceSafeAsync()).Failure as TokenRefusedException ?? new TokenRefusedException("token_missing", Missing);
        // RFC 6750, 3.1: who brought no token is not told of an error.
        if (refused.Status == StatusCodes.Status401Unauthorized)
            Response.Headers.WWWAuthenticate = refused.Code == "token_missing" ? "Bearer" : "Bearer error=\"invalid_token\"";
        await Problem.Of(refused.Status, refused.Code, refused.Message, refused.Retryable).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Problem.Of(StatusCodes.Status403Forbidden, "scope_missing", "The token does not let its holder do this.").ExecuteAsync(Context);

    /// <summary>Null where there is none. A header goes before a cookie, which browsers send without being asked.</summary>
    private string? ReadToken()
    {
        var header = Request.Headers.Authorization;
        if (header.Count > 1) throw new TokenRefusedException("token_ambiguous", $"Expected one Authorization header, found {header.Count}.");

        if (header.Count == 1)
        {
            var value = header.ToString();
            return value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && value[Bearer.Length..].Trim() is { Length: > 0 } token
                ? token
                : throw new TokenRefusedException("token_malformed", "Authorization: expected 'Bearer' and a token.");
        }

        if (Options.Cookie is not { } name || Request.Cookies[name] is not { Length: > 0 } cookie) return null;

        return CrossSite.IsOwn(Request) ? cookie : throw new TokenRefusedException(StatusCodes.Status403Forbidden, CrossSite.Code, CrossSite.Detail);
    }

    private async Task<ClaimsIdentity> CheckAsync(string token)
    {
        if (token.Length > MostCharacters)
            throw new TokenRefusedException("token_too_large", $"Expected a token of at most {MostCharacters} characters, found {token.Length}.");

        var read = Read(token);
        // Before a key is looked for: a token must not choose how it is checked.
        if (read.Alg != SecurityAlgorithms.EcdsaSha256) throw new TokenRefusedException("token_algorithm_invalid", "Expected a token signed with ES256.");
        if (read.Typ != Type) throw new TokenRefusedException("token_type_invalid", $"Expected a token of the type {Type}.");

        var key = await keys.FindAsync(read.Kid ?? "", Context.RequestAborted)
            ?? throw new TokenRefusedException("token_key_unknown", "The token is signed with a key that is none of the issuer's.");
        var result = await Tokens.ValidateTokenAsync(read, Parameters(key));
        if (result.IsValid && result.ClaimsIdentity.FindFirst(TokenClaims.Subject) is not null) return SplitScopes(result.ClaimsIdentity);

        throw Explain(result.Exception);
    }

    private static JsonWebToken Read(string token)
    {
        try
        {
            return new JsonWebToken(token);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            throw new TokenRefusedException("token_malformed", "What came as a token is none.");
        }
    }

    private TokenValidationParameters Parameters(SecurityKey key) => new()
    {
        IssuerSigningKey = key,
        LifetimeValidator = CheckLifetime,
        NameClaimType = TokenClaims.Subject,
        RoleClaimType = TokenClaims.Role,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidAudience = Options.Audience,
        ValidIssuer = Options.Issuer,
        ValidTypes = [Type],
    };

    private bool CheckLifetime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (expires is null || expires <= now - ClockSkew) throw new SecurityTokenExpiredException();
        if (notBefore > now + ClockSkew) throw new SecurityTokenNotYetValidException();

        return true;
    }

    private static TokenRefusedException Explain(Exception? failure) => failure switch
    {
        SecurityTokenExpiredException => new("token_expired", "The token has expired."),
        SecurityTokenNotYetValidException => new("token_not_yet_valid", "The token is not valid yet."),
        SecurityTokenInvalidAudienceException => new("token_audience_invalid", "The token is meant for somebody else."),
        SecurityTokenInvalidIssuerException => new("token_issuer_invalid", "The token is of another issuer."),
        SecurityTokenInvalidSignatureException => new("token_signature_invalid", "The token was not signed as it is."),
        _ => new("token_malformed", "What came as a token is none."),
    };

    private static ClaimsIdentity SplitScopes(ClaimsIdentity identity)
    {
        foreach (var together in identity.FindAll(TokenClaims.Scope).ToList())
        {
            identity.RemoveClaim(together);
            foreach (var scope in together.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)) identity.AddClaim(new Claim(TokenClaims.Scope, scope));
        }

        return identity;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether a token still stands could not be told.")]
    private static partial void CannotTell(ILogger logger, Exception exception);
}
