using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Signals;

namespace AlgoStack.Strategies;

/// <summary>
/// A strategy's wish for an instrument at a bar's close. All of it is a function of bars and parameters alone.
/// </summary>
/// <param name="Parameters">The strategy's, as in <c>fast=12 slow=26</c>.</param>
/// <param name="Quality">0 to 1: how good a trade it looks, see <see cref="SignalQuality"/>.</param>
public sealed record Signal(
    SignalId Id,
    string Strategy,
    string Parameters,
    InstrumentId Instrument,
    Timeframe Timeframe,
    Bar Bar,
    Verdict Verdict,
    MarketContext Market,
    double Quality)
{
    /// <summary>What the position loses of its worth if the stop is reached, in percent of the close; NaN with no stop.</summary>
    public double RiskPercent => Math.Abs(Bar.Close - Verdict.Stop) / Bar.Close * 100;
}
