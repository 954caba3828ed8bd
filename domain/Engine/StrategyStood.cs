using AlgoStack.Strategies;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Signals;

namespace AlgoStack.Engine;

/// <summary>
/// Where a strategy stands in an instrument of an account from here on: the newest word is all of it, and what is on its way its
/// orders tell.
/// </summary>
/// <param name="Direction">What it wants.</param>
/// <param name="Target">Of the idea that led to what is held; null for none, as the stop.</param>
/// <param name="ExpiryBars">Bars after which the idea is stale; 0 for never.</param>
/// <param name="BarsHeld">Counted while something is held or on its way, and the idea expires.</param>
/// <param name="Held">Signed: what its own orders made of nothing, less what was closed over its head.</param>
/// <param name="SignalId">The newest signal that was taken.</param>
/// <param name="SignalAt">The close of that signal's bar.</param>
public sealed record StrategyStood(
    string Account,
    string Strategy,
    InstrumentId Instrument,
    SignalDirection Direction,
    double? Target,
    double? Stop,
    int ExpiryBars,
    int BarsHeld,
    decimal Held,
    SignalId? SignalId,
    DateTimeOffset SignalAt,
    DateTimeOffset At) : AccountEvent(Account, At)
{
    /// <summary>How often since that signal an order was made that no signal or bar called for: to close again, or to protect again.</summary>
    public int Turn { get; init; }
}
