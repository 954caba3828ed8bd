namespace AlgoStack.Contracts.Portfolio;

/// <summary>An account at a venue: <c>GET /accounts</c>, <c>/accounts/{account}</c>.</summary>
/// <param name="IsProven">Orders, positions and balances equal the venue's, but for the drifts: orders may leave.</param>
/// <param name="GatedBecause">Why no order may leave.</param>
/// <param name="IsLive">It is real money that is traded, not a venue's paper or test account; null where that is not known.</param>
/// <param name="Strategies">The names of those that are configured to trade on it, in order; null where that is not known.</param>
public sealed record AccountView(
    string Account,
    string Venue,
    bool IsProven,
    string? GatedBecause,
    DateTimeOffset? OpenedAt,
    DateTimeOffset? ReconciledAt,
    IReadOnlyList<CashView> Cash,
    IReadOnlyList<DriftView> Drifts,
    bool? IsLive = null,
    IReadOnlyList<string>? Strategies = null);

/// <param name="Asset">A currency, or a coin.</param>
public sealed record CashView(string Asset, decimal Balance, DateTimeOffset UpdatedAt);

/// <summary>What the books and the venue do not agree on, and nobody has resolved.</summary>
/// <param name="Kind"><c>Position</c>, <c>Cash</c>, <c>ForeignOrder</c> or <c>ForeignFill</c>.</param>
public sealed record DriftView(string DriftId, string Kind, string Subject, decimal? Ours, decimal? Venue, string Detail, DateTimeOffset FoundAt);

/// <summary>Resolve a drift: <c>POST /accounts/{account}/drifts/resolve</c>.</summary>
/// <param name="Adopt">The venue's figure becomes ours; else the difference is left as it is, and not told again.</param>
public sealed record ResolveDrift(string DriftId, bool Adopt, string Reason);

/// <summary>It is taken; what comes of it the account shows.</summary>
public sealed record AccountAsked(string Account);

/// <summary>Where a strategy stands in an instrument of an account: <c>GET /accounts/{account}/strategies</c>.</summary>
/// <param name="IsTrading">It is configured to trade on the account; one that is not any more keeps what it holds.</param>
/// <param name="Direction">What it wants: <c>Long</c>, <c>Short</c> or <c>Flat</c>.</param>
/// <param name="Held">Signed, in units of the instrument.</param>
/// <param name="Target">Price at which the idea has worked; null for none, as the stop.</param>
/// <param name="ExpiryBars">Bars after which the idea is stale; 0 for never.</param>
/// <param name="SignalId">The newest signal that was taken.</param>
/// <param name="SignalAt">The close of that signal's bar.</param>
public sealed record StrategyStanding(
    string Strategy,
    string Instrument,
    bool IsTrading,
    string Direction,
    decimal Held,
    double? Target,
    double? Stop,
    int ExpiryBars,
    int BarsHeld,
    string? SignalId,
    DateTimeOffset SignalAt,
    DateTimeOffset UpdatedAt);
