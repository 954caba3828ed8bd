using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace AlgoStack.Gateway.Oidc;

/// <summary>
/// Asks the issuer, by OpenID Connect Core 1.0, 3.1 (authorization code), with PKCE (RFC 7636). What it says of itself, its keys among it, is read anew
/// twice a day, and when a token is signed with a key that is not known, at most every 10 s. While the issuer is away what was read is good for a day.
/// </summary>
internal sealed partial class OidcIssuer(OidcSettings settings, IHttpClientFactory clients, TimeProvider clock, ILogger<OidcIssuer> logger) : IDisposable
{
    /// <summary>The name of its client.</summary>
    public const string Client = "oidc";

    private const string Subject = "sub";
    private const int MostTokenCharacters = 16 * 1024;

    /// <summary>By how much the issuer's clock may differ, which is nobody's here.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Fresh = TimeSpan.FromHours(12);
    private static readonly TimeSpan LongestAway = TimeSpan.FromDays(1);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(10);

    /// <summary>While it is away, so that those who have what they need do not wait for it each time.</summary>
    private static readonly TimeSpan BetweenReadsAnew = TimeSpan.FromMinutes(5);

    /// <summary>With a key pair alone: a secret that two share, and none, are no signature of the issuer's.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private static readonly JsonWebTokenHandler Tokens = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MostTokenCharacters };

    private readonly DocumentRetriever _documents = new(clients);
    private readonly SemaphoreSlim _turn = new(1);
    private volatile Read? _read;
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;

    /// <summary>What people know it by.</summary>
    public string Host => settings.Authority.Host;

    /// <summary>Of its access tokens that are meant for AlgoStack. Null: none are taken.</summary>
    public string? Audience => settings.Audience;

    /// <summary>Whether it calls itself this; some end their names with a slash, which configurations leave out.</summary>
    public bool Is(string? name) => name?.TrimEnd('/') == settings.Authority.OriginalString;

    /// <summary>Where a browser is sent to, for the issuer to ask who it is.</summary>
    /// <exception cref="IssuerRefusedException">The issuer is away, or says of itself that it is another.</exception>
    public async Task<string> AddressAsync(SignInAttempt attempt, string callback, CancellationToken cancellationToken)
    {
        var about = await AboutAsync(cancellationToken);
        return QueryHelpers.AddQueryString(Endpoint(about.AuthorizationEndpoint, "authorization_endpoint").AbsoluteUri, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = settings.ClientId,
            ["redirect_uri"] = callback,
            ["scope"] = settings.Scope,
            ["state"] = attempt.State,
            ["nonce"] = attempt.Nonce,
            ["code_challenge"] = attempt.Challenge,
            ["code_challenge_method"] = "S256",
        });
    }

    /// <summary>Who came back with this code.</summary>
    /// <exception cref="IssuerRefusedException">The issuer is away, takes no such code, or what it gives for it is not what was asked for.</exception>
    public async Task<IssuerPerson> RedeemAsync(string code, SignInAttempt attempt, string callback, CancellationToken cancellationToken)
    {
        var about = await AboutAsync(cancellationToken);
        var given = await TakeTokensAsync(about, code, attempt, callback, cancellationToken);
        var claims = await CheckAsync(Text(given, "id_token"), settings.ClientId, cancellationToken);
        if (Find(claims, "nonce") != attempt.Nonce) throw Invalid("The issuer's ID token is of another attempt: its nonce differs.");
        // OpenID Connect Core 1.0, 3.1.3.7: of several whom it is meant for, who asked for it.
        if (Find(claims, "azp") is { } party && party != settings.ClientId) throw Invalid("The issuer's ID token was made for another client.");

        // Core 5.4: where there is an access token, what a scope asks for is told by it, and need not be in the ID token.
        if (string.IsNullOrEmpty(Find(claims, settings.RoleClaim)) && about.UserInfoEndpoint is { Length: > 0 })
            claims.AddRange(await AskMoreAsync(about, Text(given, "access_token"), Find(claims, Subject), cancellationToken));
        return IssuerPerson.Of(claims, settings, clock.GetUtcNow());
    }

    /// <summary>Whose access token it is, which is meant for AlgoStack.</summary>
    /// <exception cref="IssuerRefusedException">The issuer is away, or it is none of the issuer's that is good and meant for AlgoStack.</exception>
    public async Task<IssuerPerson> CheckAccessTokenAsync(string token, string audience, CancellationToken cancellationToken) =>
        IssuerPerson.Of(await CheckAsync(token, audience, cancellationToken), settings, clock.GetUtcNow());

    public void Dispose() => _turn.Dispose();

    private async Task<OpenIdConnectConfiguration> AboutAsync(CancellationToken cancellationToken) => _read is { } read && clock.GetUtcNow() - read.At < Fresh
        ? read.About
        : await ReadAsync(_read is null ? BetweenReads : BetweenReadsAnew, cancellationToken);

    /// <summary>Reads it anew, but for where that was tried less than this ago.</summary>
    private async Task<OpenIdConnectConfiguration> ReadAsync(TimeSpan atMostEvery, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (clock.GetUtcNow() - _triedAt >= atMostEvery) await TryReadAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        return _read is { } read && clock.GetUtcNow() - read.At < LongestAway
            ? read.About
            : throw new IssuerRefusedException("issuer_unavailable", "The issuer cannot be reached at the moment, or is not the one that is configured.", retryable: true);
    }

    private async Task TryReadAsync(CancellationToken cancellationToken)
    {
        _triedAt = clock.GetUtcNow();
        try
        {
            var about = await OpenIdConnectConfigurationRetriever.GetAsync($"{settings.Authority.OriginalString}/.well-known/openid-configuration", _documents, cancellationToken);
            if (!Is(about.Issuer)) throw new IssuerRefusedException("issuer_invalid", $"The issuer calls itself \"{about.Issuer}\": expected \"{settings.Authority.OriginalString}\".");

            _read = new Read(about, clock.GetUtcNow());
        }
        catch (Exception e) when (e is IssuerRefusedException || IsOfTheLine(e, cancellationToken) || e is InvalidOperationException or ArgumentException or JsonException)
        {
            LogAway(e);
        }
    }

    private static bool IsOfTheLine(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested);

    private async Task<JsonElement> TakeTokensAsync(
        OpenIdConnectConfiguration about, string code, SignInAttempt attempt, string callback, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = callback,
            ["code_verifier"] = attempt.Verifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, Endpoint(about.TokenEndpoint, "token_endpoint"));
        // By default in the header (Discovery 1.0, 3), each part as a form writes it, and in one place alone (RFC 6749, 2.3).
        var ways = about.TokenEndpointAuthMethodsSupported;
        if (settings.ClientSecret is { } secret && (ways.Count == 0 || ways.Contains("client_secret_basic", StringComparer.Ordinal)))
        {
            var pair = $"{WebUtility.UrlEncode(settings.ClientId)}:{WebUtility.UrlEncode(secret)}";
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(pair)));
        }
        else
        {
            form["client_id"] = settings.ClientId;
            if (settings.ClientSecret is { } shown) form["client_secret"] = shown;
        }

        request.Content = new FormUrlEncodedContent(form);
        return await AskAsync(request, cancellationToken);
    }

    private async Task<IEnumerable<Claim>> AskMoreAsync(OpenIdConnectConfiguration about, string accessToken, string? subject, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Endpoint(about.UserInfoEndpoint, "userinfo_endpoint"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        var told = await AskAsync(request, cancellationToken);
        // Core 5.3.4: without it one could be told of somebody else.
        return Text(told, Subject) == subject ? ClaimsOf(told) : throw Invalid("The issuer told of somebody else than it was asked about.");
    }

    private async Task<JsonElement> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(Client);
            using var answer = await client.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode)
                throw new IssuerRefusedException("issuer_refused", $"The issuer answered {(int)answer.StatusCode}.", retryable: answer.StatusCode >= HttpStatusCode.InternalServerError);

            var told = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            return told.ValueKind == JsonValueKind.Object ? told : throw Invalid("The issuer's answer is no object of JSON.");
        }
        catch (Exception e) when (IsOfTheLine(e, cancellationToken))
        {
            throw new IssuerRefusedException("issuer_unavailable", "The issuer cannot be reached at the moment.", retryable: true, e);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new IssuerRefusedException("issuer_token_invalid", "The issuer's answer is no JSON.", inner: e);
        }
    }

    private async Task<List<Claim>> CheckAsync(string token, string audience, CancellationToken cancellationToken)
    {
        if (token.Length > MostTokenCharacters) throw Invalid($"Expected a token of at most {MostTokenCharacters} characters, found {token.Length}.");

        var about = await AboutAsync(cancellationToken);
        var found = await ValidateAsync(token, audience, about);
        if (found.Exception is SecurityTokenSignatureKeyNotFoundException && await ReadAsync(BetweenReads, cancellationToken) is var next && next != about)
            found = await ValidateAsync(token, audience, next);
        return found.IsValid ? [.. found.ClaimsIdentity.Claims] : throw Explain(found.Exception);
    }

    private Task<TokenValidationResult> ValidateAsync(string token, string audience, OpenIdConnectConfiguration about) =>
        Tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = about.SigningKeys,
            LifetimeValidator = CheckLifetime,
            TypeValidator = CheckType,
            ValidAlgorithms = Algorithms,
            ValidAudience = audience,
            ValidIssuer = about.Issuer,
        });

    private bool CheckLifetime(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        if (expires is null || expires <= now - ClockSkew) throw new SecurityTokenExpiredException();
        if (notBefore > now + ClockSkew) throw new SecurityTokenNotYetValidException();

        return true;
    }

    // Issuers that are older than RFC 9068 call an access token JWT, or nothing at all. What is sent to log one out is neither.
    private static string CheckType(string? type, SecurityToken token, TokenValidationParameters parameters) =>
        type is null or "" or "JWT" or "at+jwt" or "application/at+jwt" ? type ?? "" : throw new SecurityTokenInvalidTypeException { InvalidType = type };

    private static IssuerRefusedException Explain(Exception failure) => Invalid(failure switch
    {
        SecurityTokenExpiredException => "The issuer's token has expired.",
        SecurityTokenNotYetValidException => "The issuer's token is not valid yet.",
        SecurityTokenInvalidAudienceException => "The issuer's token is meant for somebody else.",
        SecurityTokenInvalidIssuerException => "The token is of another issuer.",
        SecurityTokenSignatureKeyNotFoundException => "The token is signed with a key that is none of the issuer's.",
        SecurityTokenInvalidSignatureException => "The token was not signed as it is.",
        SecurityTokenInvalidAlgorithmException => "Expected a token signed with RSA or on an elliptic curve.",
        SecurityTokenInvalidTypeException => "Expected a token of the type at+jwt or JWT.",
        _ => "What came as the issuer's token is none.",
    });

    private static Uri Endpoint(string? address, string name) =>
        Uri.TryCreate(address, UriKind.Absolute, out var endpoint) && OidcSettings.IsSafe(endpoint)
            ? endpoint
            : throw new IssuerRefusedException("issuer_invalid", $"The issuer's {name} is \"{address}\": expected an https address.");

    private static string Text(JsonElement answer, string name) =>
        answer.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Text(value) : throw Invalid($"The issuer's answer has no {name}.");

    private static IEnumerable<Claim> ClaimsOf(JsonElement told) =>
        from member in told.EnumerateObject()
        from value in member.Value.ValueKind == JsonValueKind.Array ? [.. member.Value.EnumerateArray()] : (JsonElement[])[member.Value]
        where value.ValueKind == JsonValueKind.String
        select new Claim(member.Name, Text(value));

    private static string Text(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new IssuerRefusedException("issuer_token_invalid", "The issuer's answer has half a character in it.", inner: e);
        }
    }

    private static string? Find(List<Claim> claims, string type) => claims.Find(c => c.Type == type)?.Value;

    private static IssuerRefusedException Invalid(string detail) => new("issuer_token_invalid", detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What the issuer says of itself could not be read.")]
    private partial void LogAway(Exception why);

    private sealed record Read(OpenIdConnectConfiguration About, DateTimeOffset At);

    /// <summary>Reads what the issuer says of itself, from a safe address alone.</summary>
    private sealed class DocumentRetriever(IHttpClientFactory clients) : IDocumentRetriever
    {
        public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
        {
            using var client = clients.CreateClient(Client);
            return await client.GetStringAsync(Endpoint(address, "jwks_uri"), cancel);
        }
    }
}
