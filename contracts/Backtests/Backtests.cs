using AlgoStack.Contracts.Portfolio;

namespace AlgoStack.Contracts.Backtests;

/// <summary>
/// Replays tape data through the engines: <c>POST /api/backtest/replay</c>. Either a session's own bars
/// (<paramref name="SessionId"/>), or instruments over a range.
/// </summary>
/// <param name="Speed"><c>1x</c> to <c>1000x</c>, or <c>max</c>.</param>
public sealed record StartBacktest(
    string? SessionId = null,
    IReadOnlyList<string>? Instruments = null,
    string? Timeframe = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string Speed = "max");

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
