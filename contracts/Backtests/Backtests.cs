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

/// <summary>A backtest and, once it is through, its report: <c>GET /api/backtest/{id}</c>.</summary>
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
    DateTimeOffset? EndedAt);

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
    decimal Commission);

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

public sealed record BacktestCompleted(string BacktestId, string OrderListHash, DateTimeOffset At);

public sealed record BacktestFailed(string BacktestId, string Reason, DateTimeOffset At);
