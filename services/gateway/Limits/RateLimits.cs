using System.Globalization;
using System.Security.Claims;
using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Oidc;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Limits;

/// <summary>
/// Which limits a request is under, by who asks and for what. Why these, where the figures of the specification are at odds with each
/// other, is in docs/decisions/0019. How many each lets through can be configured by its name here, as in <c>RateLimits:SignIn</c>.
/// </summary>
internal sealed class RateLimits
{
    private const string Section = "RateLimits";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RateLimit _load;
    private readonly AddressList _loadAddresses;
    private readonly HashSet<string> _loadKeys;

    /// <exception cref="InvalidConfigurationException">What is configured makes no sense.</exception>
    public RateLimits(IConfiguration configuration)
    {
        Address = Read(nameof(Address), "address", 100, Minute);
        Anonymous = Read(nameof(Anonymous), "anonymous", 10, Minute);
        SignIn = Read(nameof(SignIn), "sign-in", 5, Minute);
        Callback = Read(nameof(Callback), "callback", 10, Minute);
        Token = Read(nameof(Token), "token", 5, Minute);
        Refresh = Read(nameof(Refresh), "refresh", 5, TimeSpan.FromMinutes(5));
        ApiKey = Read(nameof(ApiKey), "api-key", 100, Minute);
        User = Read(nameof(User), "user", 1_000, TimeSpan.FromHours(1));
        Premium = Read(nameof(Premium), "premium", 1_000, Minute);
        Backtests = Read(nameof(Backtests), "backtests", 5, TimeSpan.FromMinutes(10));
        Portfolios = Read(nameof(Portfolios), "portfolios", 60, Minute);
        Search = Read(nameof(Search), "search", 20, Minute);
        _load = Read("Load:PerMinute", "load", 120_000, Minute);
        _loadAddresses = AddressList.Read(configuration, $"{Section}:Load:Addresses");
        _loadKeys = [.. (configuration[$"{Section}:Load:ApiKeys"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

        RateLimit Read(string key, string name, int requests, TimeSpan window)
        {
            if (configuration[$"{Section}:{key}"] is not { Length: > 0 } text) return new RateLimit(name, requests, window);

            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var configured) && configured > 0
                ? new RateLimit(name, configured, window)
                : throw new InvalidConfigurationException($"{Section}:{key}", $"is \"{text}\": expected requests in {window.TotalSeconds:0} s, a whole number above zero.");
        }
    }

    /// <summary>Everything that an address asks for without a token.</summary>
    private RateLimit Address { get; }

    /// <summary>Of that, what is not for who has none.</summary>
    private RateLimit Anonymous { get; }

    /// <summary>Signing in, going to another issuer for it, and making a user with a link.</summary>
    private RateLimit SignIn { get; }

    /// <summary>Coming back from another issuer, which is asked each time.</summary>
    private RateLimit Callback { get; }

    /// <summary>An access token for an API key, or for one of another issuer.</summary>
    private RateLimit Token { get; }

    /// <summary>Of one session.</summary>
    private RateLimit Refresh { get; }

    /// <summary>Of one API key.</summary>
    private RateLimit ApiKey { get; }

    /// <summary>Of all API keys of one user.</summary>
    private RateLimit User { get; }

    /// <summary>Of all sessions of one user.</summary>
    private RateLimit Premium { get; }

    private RateLimit Backtests { get; }

    /// <summary>Of programs; the console reads portfolios anew all the time.</summary>
    private RateLimit Portfolios { get; }

    /// <summary>Of programs; who types in a chart asks with each letter.</summary>
    private RateLimit Search { get; }

    /// <summary>Whether it is a machine that loads or tries the gateway on purpose.</summary>
    public bool IsLoad(HttpContext context) => _loadAddresses.Contains(context.Connection.RemoteIpAddress);

    /// <summary>The widest first.</summary>
    public IReadOnlyList<(RateLimit Limit, string Caller)> Of(HttpContext context, TokenRefusedException? refused)
    {
        var who = context.User;
        // A program has an API key, or is known by whose token of another issuer it has.
        var (user, key) = (who.FindFirstValue(TokenClaims.Subject), who.FindFirstValue(TokenClaims.ApiKey) ?? who.FindFirstValue(TokenClaims.Federated));
        var address = AddressList.CallerOf(context.Connection.RemoteIpAddress);
        if (user == ServiceKey.Holder || IsLoad(context) || key is not null && _loadKeys.Contains(key)) return [(_load, key ?? user ?? address)];
        if (user is null) return OfNobody(context.Request, address, refused);

        List<(RateLimit, string)> limits = key is null ? [(Premium, user)] : [(User, user), (ApiKey, key)];
        if (OfEndpoint(context, program: key is not null) is { } ofEndpoint) limits.Add((ofEndpoint, user));
        return limits;
    }

    /// <summary>Of who goes on with a session.</summary>
    public IReadOnlyList<(RateLimit Limit, string Caller)> OfRefresh(HttpContext context, Guid session) => IsLoad(context) ? [] : [(Refresh, session.ToString())];

    private List<(RateLimit, string)> OfNobody(HttpRequest request, string address, TokenRefusedException? refused)
    {
        List<(RateLimit, string)> limits = [(Address, address)];
        if (Is(request, "/auth/sign-in") || Is(request, "/auth/users") || IsRead(request, BeginSignIn.Path)) limits.Add((SignIn, address));
        else if (IsRead(request, EndSignIn.Path)) limits.Add((Callback, address));
        else if (Is(request, "/auth/token") || Is(request, TakeIssuersToken.Path)) limits.Add((Token, address));
        // A session is known by its refresh token, which is looked at later. An alert of TradingView's has a secret in it.
        else if (!Is(request, "/auth/refresh") && !request.Path.StartsWithSegments("/hooks", StringComparison.OrdinalIgnoreCase) && !IsLate(refused)) limits.Add((Anonymous, address));
        return limits;
    }

    /// <summary>Whether it was a good token once, as a page has one that slept: its next request refreshes it.</summary>
    private static bool IsLate(TokenRefusedException? refused) =>
        refused is { Code: "token_expired" or "token_revoked" or "token_key_unknown" or "token_check_unavailable" or "token_keys_unavailable" };

    private RateLimit? OfEndpoint(HttpContext context, bool program)
    {
        var (route, path) = (context.GetEndpoint()?.Metadata.GetMetadata<Forwarding.Route>(), context.Request.Path);
        var target = route?.PathOf(path) ?? default;
        if (HttpMethods.IsPost(context.Request.Method) && target.StartsWithSegments("/api/backtest", StringComparison.OrdinalIgnoreCase)) return Backtests;
        if (!program) return null;
        if (path.StartsWithSegments("/udf/search", StringComparison.OrdinalIgnoreCase)) return Search;

        return target.StartsWithSegments("/portfolios", StringComparison.OrdinalIgnoreCase) ? Portfolios : null;
    }

    private static bool Is(HttpRequest request, string path) =>
        HttpMethods.IsPost(request.Method) && IsAt(request, path);

    private static bool IsRead(HttpRequest request, string path) =>
        HttpMethods.IsGet(request.Method) && IsAt(request, path);

    // A slash at the end leads to the same endpoint.
    private static bool IsAt(HttpRequest request, string path) =>
        request.Path.Value is { } asked && asked.AsSpan().TrimEnd('/').Equals(path, StringComparison.OrdinalIgnoreCase);
}
