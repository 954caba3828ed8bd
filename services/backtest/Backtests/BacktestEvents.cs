using System.Text.Json;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Backtest.Backtests;

/// <summary>A backtest's life, in the stream <c>backtest-{id}</c>. Stored for ever, so the shapes are added to, never changed.</summary>
public sealed record BacktestStarted(string BacktestId, StartBacktest Request, DateTimeOffset At)
{
    public static string StreamOf(string backtestId) => $"backtest-{backtestId}";
}

/// <summary>
/// A run begins, at its first bar. A stream has a second one where a restart took the backtest up again: nothing that came
/// of the first counts.
/// </summary>
/// <param name="Bars">That it is going to trade.</param>
/// <param name="Strategies">As they run.</param>
public sealed record BacktestBegun(
    string BacktestId,
    DateTimeOffset At,
    long? Bars = null,
    IReadOnlyList<string>? Instruments = null,
    IReadOnlyList<StrategyChoice>? Strategies = null);

/// <summary>A stretch of bars went through the engines, and this came of it, in order.</summary>
/// <param name="ThroughMs">Close of the last bar, Unix milliseconds UTC.</param>
/// <param name="Bars">Done since the run began.</param>
/// <param name="Trades">Closed in the stretch.</param>
public sealed record BacktestAdvanced(
    string BacktestId, long ThroughMs, long Bars, IReadOnlyList<ReplayedEvent> Events, IReadOnlyList<BacktestTrade>? Trades = null);

/// <param name="Kind"><c>signal</c>, or an order event's stored name such as <c>order_filled</c>.</param>
/// <param name="Id">The signal's or the order's.</param>
/// <param name="Detail">In words: direction and score, side and quantity, price.</param>
public sealed record ReplayedEvent(string Kind, string Id, string? Instrument, string? Strategy, string Detail, DateTimeOffset At);

/// <param name="Result">
/// All that came of it but the trades, as <see cref="Backtesting.Reports.JsonReport"/> writes it; exports are made of it.
/// </param>
public sealed record BacktestFinished(BacktestView Report, JsonElement? Result = null);

public sealed record BacktestBroke(string BacktestId, string Reason, DateTimeOffset At);

public sealed record BacktestCanceled(string BacktestId, DateTimeOffset At);
