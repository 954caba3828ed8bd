using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Tokens;

namespace AlgoStack.Gateway.Tests.SigningIn;

/// <summary>An issuer that lets everybody in at once, as whoever it is told, and can be made to lie about anything.</summary>
public sealed class IssuerPeer(TimeProvider clock) : IAsyncDisposable
{
    public const string ClientId = "algostack";
    public const string Audience = "https://algostack.example/api";
    public const string SharedKid = "shared";

    public static readonly byte[] Shared = Encoding.ASCII.GetBytes("a secret that is no secret to anybody");

    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge)> _codes = new(StringComparer.Ordinal);
    private HttpPeer? _peer;

    public TestKey Key { get; set; } = new("one");

    public string Address => _peer!.Address.OriginalString.TrimEnd('/');

    public string Subject { get; set; } = "subject-1";

    public string Name { get; set; } = "Ana";

    public string[] Roles { get; set; } = ["trader"];

    /// <summary>Makes of a right ID token what is sent.</summary>
    public Func<TestToken, string> IdToken { get; set; } = token => token.ToString();

    /// <summary>Whether it says nothing of itself.</summary>
    public bool IsAway { get; set; }

    /// <summary>How it was last asked for tokens: the header and the members of the form.</summary>
    public (string Authorization, string Members) AskedWith { get; private set; }

    /// <summary>Changes what it says of itself.</summary>
    public Action<Dictionary<string, object?>> About { get; set; } = _ => { };

    /// <summary>What it answers instead of tokens.</summary>
    public IResult? InsteadOfTokens { get; set; }

    /// <summary>What it tells of somebody beside the ID token. Null: it has no place to ask.</summary>
    public object? UserInfo { get; set; }

    public HttpPeer Http => _peer!;

    public IReadOnlyList<string> Settings => ["--Oidc:Authority", Address, "--Oidc:ClientId", ClientId, "--Oidc:Audience", Audience];

    public static async Task<IssuerPeer> StartAsync(TimeProvider clock)
    {
        var issuer = new IssuerPeer(clock);
        issuer._peer = await HttpPeer.StartAsync(routes =>
        {
            routes.MapGet("/.well-known/openid-configuration", () => issuer.IsAway ? Results.StatusCode(503) : Results.Json(issuer.Describe()));
            // The second is a secret that everybody knows, and no key to check a signature with.
            routes.MapGet("/keys", () => Results.Text($$"""{"keys":[{{issuer.Key.Published}},{"kty":"oct","kid":"{{SharedKid}}","k":"{{Base64Url.EncodeToString(Shared)}}"}]}""", "application/json"));
            routes.MapGet("/authorize", issuer.Authorize);
            routes.MapPost("/token", issuer.GiveAsync);
            routes.MapGet("/userinfo", () => issuer.UserInfo);
        });
        return issuer;
    }

    /// <summary>A right access token of a program of this name.</summary>
    public TestToken AccessToken(string subject = "program-1") => Token().With(t =>
    {
        t.Claims["aud"] = Audience;
        t.Claims["sub"] = subject;
        t.Claims["client_id"] = subject;
        t.Claims["roles"] = Roles;
    });

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        if (_peer is not null) await _peer.DisposeAsync();
    }

    private Dictionary<string, object?> Describe()
    {
        var about = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["issuer"] = Address,
            ["authorization_endpoint"] = $"{Address}/authorize",
            ["token_endpoint"] = $"{Address}/token",
            ["jwks_uri"] = $"{Address}/keys",
            ["userinfo_endpoint"] = UserInfo is null ? null : $"{Address}/userinfo",
        };
        About(about);
        return about;
    }

    private IResult Authorize(HttpRequest request)
    {
        var asked = request.Query;
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = (asked["nonce"]!, asked["code_challenge"]!);
        return Results.Redirect($"{asked["redirect_uri"]}?code={code}&state={asked["state"]}&iss={Uri.EscapeDataString(Address)}");
    }

    private async Task<IResult> GiveAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync(request.HttpContext.RequestAborted);
        AskedWith = (request.Headers.Authorization.ToString(), string.Join(' ', form.Keys.Order(StringComparer.Ordinal)));
        if (InsteadOfTokens is { } instead) return instead;

        if (!_codes.TryRemove(form["code"].ToString(), out var attempt)
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != attempt.Challenge)
        {
            return Results.BadRequest(new { error = "invalid_grant" });
        }

        var token = Token().With(t =>
        {
            t.Claims["aud"] = ClientId;
            t.Claims["nonce"] = attempt.Nonce;
            t.Claims["sub"] = Subject;
            t.Claims["preferred_username"] = Name;
            t.Claims["roles"] = Roles;
        });
        return Results.Json(new { access_token = "opaque", token_type = "Bearer", id_token = IdToken(token) });
    }

    private TestToken Token() => TestToken.ValidAt(Key, clock.GetUtcNow()).With(t =>
    {
        t.Header["typ"] = "JWT";
        t.Claims["iss"] = Address;
        t.Claims.Remove("scope");
    });
}
