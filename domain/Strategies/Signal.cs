using System.Runtime.CompilerServices;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>What a strategy wants to hold.</summary>
public enum SignalDirection
{
    Flat,
    Long,
    Short,
}

/// <summary>The market's character when a signal was raised.</summary>
public enum Regime
{
    Quiet,
    Ranging,
    Trending,
    Volatile,
}

/// <summary>
/// A strategy's wish for an instrument at a bar's close. Its id, score and explanation are functions of bars and
/// parameters alone.
/// </summary>
/// <param name="Id">Derived from strategy, parameters, instrument, timeframe and bar close.</param>
public sealed record Signal(
    string Id,
    string Strategy,
    InstrumentId Instrument,
    Timeframe Timeframe,
    Bar Bar,
    Verdict Verdict);

/// <summary>What a strategy says at a bar: the direction it wants from here on, how sure it is, and why.</summary>
/// <param name="Score">Confidence, 0 to 1.</param>
/// <param name="Target">Price at which the idea has worked; NaN for none.</param>
/// <param name="Stop">Price at which the idea was wrong; NaN for none.</param>
/// <param name="ExpiryBars">Bars after which the idea is stale; 0 for never.</param>
public readonly record struct Verdict(
    SignalDirection Direction,
    double Score,
    Regime Regime,
    double Target,
    double Stop,
    int ExpiryBars,
    Explanation Explanation);

/// <summary>
/// Why, in a fixed size, so that it costs nothing per bar: the inputs' values, one bit a rule (set when it held), and
/// the parts of the score. What they are called is the strategy's <see cref="ExplanationSchema"/>; unused slots are 0.
/// </summary>
public readonly record struct Explanation(Values8 Inputs, uint RulesHeld, Values4 ScoreParts);

/// <summary>Names of an explanation's inputs (at most 8), rules (at most 32) and score parts (at most 4), in order.</summary>
public sealed record ExplanationSchema(
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Rules,
    IReadOnlyList<string> ScoreParts);

[InlineArray(8)]
public struct Values8 : IEquatable<Values8>
{
    private double _first;

    public static bool operator ==(in Values8 left, in Values8 right) => left.Equals(right);

    public static bool operator !=(in Values8 left, in Values8 right) => !left.Equals(right);

    /// <summary>Equal to the bit, so that a NaN equals itself.</summary>
    public readonly bool Equals(Values8 other)
    {
        for (var i = 0; i < 8; i++)
        {
            if (BitConverter.DoubleToInt64Bits(this[i]) != BitConverter.DoubleToInt64Bits(other[i])) return false;
        }

        return true;
    }

    public override readonly bool Equals(object? obj) => obj is Values8 other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(this[0], this[1], this[2], this[3], this[4], this[5], this[6], this[7]);
}

[InlineArray(4)]
public struct Values4 : IEquatable<Values4>
{
    private double _first;

    public static bool operator ==(in Values4 left, in Values4 right) => left.Equals(right);

    public static bool operator !=(in Values4 left, in Values4 right) => !left.Equals(right);

    /// <summary>Equal to the bit, so that a NaN equals itself.</summary>
    public readonly bool Equals(Values4 other)
    {
        for (var i = 0; i < 4; i++)
        {
            if (BitConverter.DoubleToInt64Bits(this[i]) != BitConverter.DoubleToInt64Bits(other[i])) return false;
        }

        return true;
    }

    public override readonly bool Equals(object? obj) => obj is Values4 other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(this[0], this[1], this[2], this[3]);
}
