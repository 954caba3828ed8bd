using System.Globalization;
using System.Security.Claims;
using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Oidc;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Limits;

/// <summary>
/// Which limits a request is under, by who asks and for what. Why these, where the figures of the specification are at odds with each
/// other, is in docs/decisions/0019.
/// </summary>
internal sealed class RateLimits
{
    /// <summary>Everything that an address asks for without a token.</summary>
    public static readonly RateLimit Ring = PerMinute("address", 100);

    /// <summary>Of that, what is not for who has none.</summary>
    public static readonly RateLimit Anonymous = PerMinute("anonymous", 10);

    /// <summary>Signing in, going to another issuer for it, and making a user with a link.</summary>
    public static readonly RateLimit SignIn = PerMinute("sign-in", 5);

    /// <summary>Coming back from another issuer, which is asked each time.</summary>
    public static readonly RateLimit Callback = PerMinute("callback", 10);

    /// <summary>An access token for an API key, or for one of another issuer.</summary>
    public static readonly RateLimit Token = PerMinute("token", 5);

    /// <summary>Of one session.</summary>
    public static readonly RateLimit Refresh = new("refresh", 5, TimeSpan.FromMinutes(5));

    /// <summary>Of one API key.</summary>
    public static readonly RateLimit ApiKey = PerMinute("api-key", 100);

    /// <summary>Of all API keys of one user.</summary>
    public static readonly RateLimit User = new("user", 1_000, TimeSpan.FromHours(1));

    /// <summary>Of all sessions of one user.</summary>
    public static readonly RateLimit Premium = PerMinute("premium", 1_000);

    public static readonly RateLimit Backtests = new("backtests", 5, TimeSpan.FromMinutes(10));

    /// <summary>Of programs; the console reads portfolios anew all the time.</summary>
    public static readonly RateLimit Portfolios = PerMinute("portfolios", 60);

    /// <summary>Of programs; who types in a chart asks with each letter.</summary>
    public static readonly RateLimit Search = PerMinute("search", 20);

    private const string LoadRequests = "RateLimits:Load:PerMinute";
    private const int LoadByDefault = 120_000;

    private readonly RateLimit _load;
    private readonly AddressList _loadAddresses;
    private readonly HashSet<string> _loadKeys;

    /// <exception cref="InvalidConfigurationException">What is configured of the load tier makes no sense.</exception>
    public RateLimits(IConfiguration configuration)
    {
        var requests = configuration[LoadRequests] ?? LoadByDefault.ToString(CultureInfo.InvariantCulture);
        if (!int.TryParse(requests, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit == 0)
            throw new InvalidConfigurationException(LoadRequests, $"is \"{requests}\": expected requests a minute, a whole number above zero.");

        _load = PerMinute("load", limit);
        _loadAddresses = AddressList.Read(configuration, "RateLimits:Load:Addresses");
        _loadKeys = [.. (configuration["RateLimits:Load:ApiKeys"] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }

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

    private static List<(RateLimit, string)> OfNobody(HttpRequest request, string address, TokenRefusedException? refused)
    {
        List<(RateLimit, string)> limits = [(Ring, address)];
        if (Is(request, "/auth/sign-in") || Is(request, "/auth/users") || IsRead(request, BeginSignIn.Path)) limits.Add((SignIn, address));
        else if (IsRead(request, EndSignIn.Path)) limits.Add((Callback, address));
        else if (Is(request, "/auth/token") || Is(request, "/auth/oidc/token")) limits.Add((Token, address));
        // A session is known by its refresh token, which is looked at later. An alert of TradingView's has a secret in it.
        else if (!Is(request, "/auth/refresh") && !request.Path.StartsWithSegments("/hooks", StringComparison.OrdinalIgnoreCase) && !IsLate(refused)) limits.Add((Anonymous, address));
        return limits;
    }

    /// <summary>Whether it was a good token once, as a page has one that slept: its next request refreshes it.</summary>
    private static bool IsLate(TokenRefusedException? refused) =>
        refused is { Code: "token_expired" or "token_revoked" or "token_key_unknown" or "token_check_unavailable" or "token_keys_unavailable" };

    private static RateLimit? OfEndpoint(HttpContext context, bool program)
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

    private static RateLimit PerMinute(string name, int requests) => new(name, requests, TimeSpan.FromMinutes(1));
}
