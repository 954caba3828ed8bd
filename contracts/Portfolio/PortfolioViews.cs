namespace AlgoStack.Contracts.Portfolio;

/// <summary>A net position: <c>GET /positions?session=&amp;account=</c>. Quantity is signed; PnL is in the instrument's currency.</summary>
/// <param name="Lots">What is left of what came in, oldest first; null at average cost.</param>
public sealed record PositionView(
    string Account,
    string Instrument,
    string Currency,
    decimal Quantity,
    decimal AveragePrice,
    decimal? LastPrice,
    decimal RealizedPnl,
    decimal? UnrealizedPnl,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<LotView>? Lots = null);

/// <summary>Units of a position that came in together. Quantity is signed.</summary>
public sealed record LotView(DateTimeOffset OpenedAt, decimal Quantity, decimal Price, decimal Commission);

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

/// <summary>One currency of an account. Equity is cash, what is due, and the positions quoted in it at their last close.</summary>
/// <param name="Opening">What the account began with, and what was paid in since less what was paid out.</param>
public sealed record BalanceView(string Currency, decimal Opening, decimal Cash, decimal Equity, decimal RealizedPnl, decimal Commission);

public sealed record EquityPoint(DateTimeOffset At, string Currency, decimal Cash, decimal Equity);

/// <summary>An account of a session or at a venue: <c>GET /portfolios</c>.</summary>
/// <param name="Portfolio">The account's name.</param>
/// <param name="SessionId">Null at a venue.</param>
/// <param name="Venue">Null of a session.</param>
public sealed record PortfolioSummary(string Portfolio, string? SessionId, string? Venue, DateTimeOffset? AsOf, IReadOnlyList<BalanceView> Balances);

/// <summary>One account: <c>GET /portfolios/{id}</c>.</summary>
/// <param name="Exposures">Of each of its currencies.</param>
public sealed record PortfolioDetail(
    string Portfolio,
    string? SessionId,
    string? Venue,
    DateTimeOffset? AsOf,
    IReadOnlyList<BalanceView> Balances,
    IReadOnlyList<ExposureView> Exposures);

/// <summary>What of a currency's equity is at the market's mercy. Shares are fractions of equity; null where there is none.</summary>
/// <param name="Gross">Longs and shorts alike.</param>
/// <param name="Net">Longs less shorts.</param>
public sealed record ExposureView(
    string Currency,
    decimal Gross,
    decimal Net,
    double? GrossShare,
    double? NetShare,
    decimal UnrealizedPnl,
    IReadOnlyList<InstrumentExposure> Instruments);

/// <param name="Value">At the last price, or at what it cost where none is known; below zero of a short.</param>
public sealed record InstrumentExposure(string Instrument, decimal Quantity, decimal? LastPrice, decimal Value, double? Share);

/// <summary>A position that was opened and closed again: <c>GET /portfolios/{id}/trades</c>.</summary>
/// <param name="Number">From 1, in the order of their end.</param>
/// <param name="Side">Of the entry: <c>Buy</c> for a long trade.</param>
/// <param name="EntryPrice">Average.</param>
/// <param name="ExitPrice">Average.</param>
/// <param name="Income">Dividends, below zero what a short paid.</param>
/// <param name="ProfitAndLoss">Net of commission, with income.</param>
public sealed record PortfolioTrade(
    long Number,
    string Instrument,
    string Side,
    decimal Quantity,
    decimal EntryPrice,
    decimal ExitPrice,
    decimal Commission,
    decimal Income,
    decimal ProfitAndLoss,
    DateTimeOffset OpenedAt,
    DateTimeOffset ClosedAt);

/// <summary>Something that traded: <c>GET /portfolios/{id}/fills</c>.</summary>
/// <param name="Position">In the log: to page on from.</param>
/// <param name="Fee">In <paramref name="FeeAsset"/>, where that is not the currency that the instrument is quoted in.</param>
public sealed record FillView(
    long Position,
    string OrderId,
    string TradeId,
    string Instrument,
    string Side,
    decimal Quantity,
    decimal Price,
    decimal Commission,
    decimal? Fee,
    string? FeeAsset,
    DateTimeOffset At);
