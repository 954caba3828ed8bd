namespace AlgoStack.Contracts.Portfolio;

/// <summary>A net position: <c>GET /positions?session=&amp;account=</c>. Quantity is signed; PnL is in the instrument's currency.</summary>
public sealed record PositionView(
    string Account,
    string Instrument,
    string Currency,
    decimal Quantity,
    decimal AveragePrice,
    decimal? LastPrice,
    decimal RealizedPnl,
    decimal? UnrealizedPnl,
    DateTimeOffset UpdatedAt);

/// <summary>
/// An account as it stands: <c>GET /portfolio?session=</c>. Money of different currencies is never added up: an account
/// holds one balance a quote currency.
/// </summary>
/// <param name="TradingState"><c>Active</c> or <c>Halted</c>.</param>
/// <param name="Curve">At most 2,000 points a currency, oldest first.</param>
public sealed record PortfolioView(
    string Account,
    string SessionId,
    string TradingState,
    DateTimeOffset? AsOf,
    IReadOnlyList<BalanceView> Balances,
    IReadOnlyList<PositionView> Positions,
    IReadOnlyList<EquityPoint> Curve);

/// <summary>One currency of an account. Equity is cash and the positions quoted in it at their last close.</summary>
public sealed record BalanceView(string Currency, decimal Opening, decimal Cash, decimal Equity, decimal RealizedPnl, decimal Commission);

public sealed record EquityPoint(DateTimeOffset At, string Currency, decimal Cash, decimal Equity);
