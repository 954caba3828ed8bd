using AlgoStack.Contracts.Portfolio;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Contracts.Backtests;

/// <summary>
/// Replays tape data through the engines: <c>POST /api/backtest/replay</c>. Either a session's own bars
/// (<paramref name="SessionId"/>), or instruments over a range.
/// </summary>
/// <param name="Speed"><c>1x</c> to <c>1000x</c>, or <c>max</c>.</param>
/// <param name="Strategies">Null: those that trade when nothing is configured.</param>
/// <param name="Models">Null: a paper account's.</param>
public sealed record StartBacktest(
    string? SessionId = null,
    IReadOnlyList<string>? Instruments = null,
    string? Timeframe = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string Speed = "max",
    IReadOnlyList<StrategyChoice>? Strategies = null,
    ModelChoices? Models = null);

/// <summary>How a backtest trades, each as the command line writes it; null: as a paper account has it.</summary>
/// <param name="Commission">As in <c>0.1%</c>.</param>
/// <param name="Slippage">As in <c>spread=2</c>.</param>
/// <param name="Latency">Milliseconds from a bar's close to an order's arrival.</param>
/// <param name="Participation">The most of a bar's volume that is traded, percent.</param>
/// <param name="Balance">What the account opens with, of each currency.</param>
/// <param name="Size">Percent of equity that an entry takes.</param>
/// <param name="Position">The most one instrument may be worth, percent of equity.</param>
/// <param name="Margin">As in <c>50/25</c>: percent to open and to keep a position.</param>
/// <param name="Borrow">As in <c>3%</c>: what borrowing what is short costs a year.</param>
public sealed record ModelChoices(
    string? Commission = null,
    string? Slippage = null,
    double? Latency = null,
    double? Participation = null,
    decimal? Balance = null,
    decimal? Size = null,
    decimal? Position = null,
    string? Margin = null,
    string? Borrow = null);

/// <summary>What <c>POST /api/backtest/run?symbol=&amp;days=</c> may be given besides.</summary>
/// <param name="Strategies">Null: those that trade when nothing is configured.</param>
/// <param name="Models">Null: a paper account's.</param>
public sealed record BacktestChoices(IReadOnlyList<StrategyChoice>? Strategies = null, ModelChoices? Models = null);

/// <summary>A backtest and, once it is through, its report: <c>GET /api/backtest/{id}</c>.</summary>
/// <param name="State"><c>waiting</c>, <c>running</c>, <c>completed</c>, <c>failed</c> or <c>canceled</c>.</param>
/// <param name="Bars">That are done.</param>
/// <param name="BarsInAll">Null until it has begun.</param>
/// <param name="Progress">Bars done of bars in all, 0 to 1; null until it has begun.</param>
/// <param name="Instruments">Those that it runs over; null until it has begun.</param>
/// <param name="Strategies">As they run, with all their parameters; null until it has begun.</param>
/// <param name="Timeframe">Of the bars; null until it is through.</param>
public sealed record BacktestView(
    string BacktestId,
    string State,
    StartBacktest Request,
    long Bars,
    long Signals,
    long Intents,
    long Fills,
    string? OrderListHash,
    string? DataHash,
    IReadOnlyList<BacktestStatistics> Statistics,
    IReadOnlyList<EquityPoint> Curve,
    string? Error,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long? BarsInAll = null,
    double? Progress = null,
    IReadOnlyList<string>? Instruments = null,
    IReadOnlyList<StrategyChoice>? Strategies = null,
    string? Timeframe = null);

/// <summary>Of one currency of the account; money in it, ratios as fractions, drawdown positive. Null: cannot be known, as with no trade.</summary>
public sealed record BacktestStatistics(
    string Currency,
    decimal OpeningEquity,
    decimal FinalEquity,
    decimal ProfitAndLoss,
    double TotalReturn,
    int Trades,
    double? WinRate,
    double? ProfitFactor,
    double? Sharpe,
    double? Sortino,
    double MaxDrawdown,
    decimal? AverageWin,
    decimal? AverageLoss,
    decimal? LargestWin,
    decimal? LargestLoss,
    int MostConsecutiveWins,
    int MostConsecutiveLosses,
    decimal Commission,
    double? AnnualReturn = null,
    RiskFigures? Risk = null,
    ActivityFigures? Activity = null,
    HoldingFigures? Holding = null);

/// <summary>The risk that was taken: fractions, a year where it is usual. Null: cannot be known.</summary>
/// <param name="MaxDrawdownDays">From a high until it was reached again, or the end.</param>
public sealed record RiskFigures(
    double? Volatility,
    double? DownsideDeviation,
    double? Calmar,
    double? Omega,
    double MaxDrawdownDays,
    double? AverageDrawdown,
    double? UlcerIndex,
    double? RecoveryFactor,
    double? ValueAtRisk,
    double? ConditionalValueAtRisk,
    double? TailRatio,
    double? Skew,
    double? ExcessKurtosis,
    double? ProbabilisticSharpe,
    double? BestDay,
    double? WorstDay,
    double? BestMonth,
    double? WorstMonth);

/// <summary>How it traded. Null: cannot be known.</summary>
/// <param name="Exposure">The share of the time with a position open, 0 to 1.</param>
/// <param name="Turnover">A year.</param>
public sealed record ActivityFigures(
    double? PayoffRatio, decimal? Expectancy, double? Kelly, double? AverageHoldingDays, double? Exposure, double? Turnover);

/// <summary>Beside holding the instruments in equal parts, over the days that both have. Null: cannot be known.</summary>
public sealed record HoldingFigures(
    int Days, double? Alpha, double? Beta, double? Correlation, double? TrackingError, double? InformationRatio);

/// <summary>A position that a backtest opened and closed again: <c>GET /api/backtest/{id}/trades</c>.</summary>
/// <param name="Number">From 1, in the order of their end.</param>
/// <param name="Side">Of the entry: <c>Buy</c> for a long trade.</param>
/// <param name="EntryPrice">Average.</param>
/// <param name="ExitPrice">Average.</param>
/// <param name="ProfitAndLoss">Net of commission.</param>
public sealed record BacktestTrade(
    long Number,
    string Instrument,
    string Side,
    decimal Quantity,
    decimal EntryPrice,
    decimal ExitPrice,
    decimal Commission,
    decimal ProfitAndLoss,
    DateTimeOffset OpenedAt,
    DateTimeOffset ClosedAt);

/// <summary>Live against backtest over the same tape: <c>POST /api/backtest/parity/{sessionId}</c>.</summary>
/// <param name="Score">Equal over all, signals and intents together, 0 to 1. Zero when either side has none.</param>
/// <param name="FirstDifference">The first thing that differs, in words.</param>
public sealed record ParityReport(
    string SessionId,
    double Score,
    long SignalsEqual,
    long SignalsLive,
    long SignalsBacktest,
    long IntentsEqual,
    long IntentsLive,
    long IntentsBacktest,
    string OrderListHashLive,
    string OrderListHashBacktest,
    string? FirstDifference,
    IReadOnlyList<BacktestStatistics> Statistics);

/// <param name="Alone">How the strategy did, where one alone ran; null where several shared the account.</param>
public sealed record BacktestCompleted(string BacktestId, string OrderListHash, DateTimeOffset At, StrategyOutcome? Alone = null);

/// <summary>What one strategy came to in a backtest of its own. Null: cannot be known, as with no trade.</summary>
/// <param name="Parameters">All of them, as in <c>fast=12 slow=26</c>.</param>
/// <param name="Instruments">Those that it traded.</param>
public sealed record StrategyOutcome(
    string Name,
    string Parameters,
    IReadOnlyList<string> Instruments,
    string Timeframe,
    int Trades,
    double? WinRate,
    double? ProfitFactor,
    DateTimeOffset EndedAt);

public sealed record BacktestFailed(string BacktestId, string Reason, DateTimeOffset At);
