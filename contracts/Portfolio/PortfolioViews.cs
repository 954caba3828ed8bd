namespace AlgoStack.Contracts.Portfolio;

/// <summary>A net position: <c>GET /positions?session=&amp;account=</c>. Quantity is signed; PnL is in the account's currency.</summary>
public sealed record PositionView(
    string Account,
    string Instrument,
    decimal Quantity,
    decimal AveragePrice,
    decimal? LastPrice,
    decimal RealizedPnl,
    decimal? UnrealizedPnl,
    DateTimeOffset UpdatedAt);

/// <summary>An account as it stands: <c>GET /portfolio?session=</c>.</summary>
/// <param name="TradingState"><c>Active</c> or <c>Halted</c>.</param>
public sealed record PortfolioView(
    string Account,
    string SessionId,
    string Currency,
    decimal OpeningBalance,
    decimal Cash,
    decimal Equity,
    decimal RealizedPnl,
    string TradingState,
    DateTimeOffset? AsOf,
    IReadOnlyList<PositionView> Positions,
    IReadOnlyList<EquityPoint> Curve);

public sealed record EquityPoint(DateTimeOffset At, decimal Cash, decimal Equity);
