namespace AlgoStack.Strategies;

/// <summary>What a strategy wants to hold.</summary>
public enum SignalDirection
{
    Flat,
    Long,
    Short,
}

/// <summary>What a strategy says at a bar: the direction it wants from here on, how sure it is, and why.</summary>
/// <param name="Score">Confidence, 0 to 1.</param>
/// <param name="Target">Price at which the idea has worked; NaN for none.</param>
/// <param name="Stop">Price at which the idea was wrong; NaN for none.</param>
/// <param name="ExpiryBars">Bars after which the idea is stale; 0 for never.</param>
/// <param name="FlipClose">
/// The nearest change that would have flipped it: at or beyond this close the bar would have raised no such signal. NaN where
/// no close alone would have done that.
/// </param>
public sealed record Verdict(
    SignalDirection Direction,
    double Score,
    double Target,
    double Stop,
    int ExpiryBars,
    double FlipClose,
    Explanation Explanation)
{
    /// <summary>The same at prices so many times these. The explanation stays: what of it is a price, only the strategy knows.</summary>
    public Verdict Times(double factor) => this with { Target = Target * factor, Stop = Stop * factor, FlipClose = FlipClose * factor };

    /// <summary>The same of a pair's other instrument, whose prices are none of these.</summary>
    public Verdict Mirrored() => this with
    {
        Direction = Direction switch
        {
            SignalDirection.Long => SignalDirection.Short,
            SignalDirection.Short => SignalDirection.Long,
            _ => SignalDirection.Flat,
        },
        Target = double.NaN,
        Stop = double.NaN,
        FlipClose = double.NaN,
    };
}

/// <summary>
/// Why, in a fixed size, so that it costs nothing per bar: the inputs' values, one bit a rule (set when it held), and
/// the parts of the score. What they are called is the strategy's <see cref="StrategySchema"/>; unused slots are 0.
/// </summary>
public readonly record struct Explanation(Values8 Inputs, uint RulesHeld, Values4 ScoreParts);
