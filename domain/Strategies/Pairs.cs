using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;
using static System.FormattableString;

namespace AlgoStack.Strategies;

/// <summary>
/// Expects two prices that went together to do so again. The spread is the logarithm of the first price over the second, its
/// z-score how many deviations it is from its mean. Beyond the entry the cheap one is bought and the dear one sold; flat when
/// the z-score is back at the exit, or at the stop; after that it waits until it has been back. Target and stop are z-scores
/// and so no prices of one of the two. Evan Gatev, William Goetzmann, Geert Rouwenhorst, Pairs Trading, Review of Financial
/// Studies 19 (2006).
/// </summary>
public struct Pairs : IPairStrategy<Pairs>
{
    // Where a part of the score is full: one deviation beyond the entry.
    private const double FullStretch = 1;

    private const uint FirstCheap = 1;
    private const uint FirstDear = 1 << 1;
    private const uint Returned = 1 << 2;
    private const uint StopReached = 1 << 3;

    private readonly double _entry;
    private readonly double _exit;
    private readonly double _stop;
    private StandardDeviation _spread;
    private EfficiencyRatio _straightness;
    private SignalDirection _direction;
    private bool _mustReturn;

    private Pairs(int length, double entry, double exit, double stop)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(exit, entry);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(stop, entry);
        // Of so many spreads, none can be further off.
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(stop, Math.Sqrt(length - 1));
        _spread = new StandardDeviation(length);
        _straightness = new EfficiencyRatio(length);
        _entry = entry;
        _exit = exit;
        _stop = stop;
    }

    public static StrategySchema Schema { get; } = new(
        "pairs",
        "Long the cheap one of two instruments and short the dear one where their spread is far from its mean, out when it is back.",
        StrategyKind.MeanReverting,
        [
            Whole("length", 3, 5_000, 60, "bars of the mean and the deviation of the spread"),
            Number("entry", 0.1, 20, 2, "z-score beyond which the two are too far apart"),
            Number("exit", 0, 10, 0.5, "z-score at which they are back; less than entry"),
            Number("stop", 0.2, 50, 4, "z-score at which they have parted; above entry, its square less than length less one"),
        ],
        ["spread", "z_score", "mean", "deviation", "efficiency", "other_close"],
        ["first cheap", "first dear", "spread returned", "stop reached"],
        ["stretch", "ranging", "exit"]);

    public static Pairs Create(ParameterValues parameters) =>
        new(parameters.Whole("length"), parameters["entry"], parameters["exit"], parameters["stop"]);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        var rules = verdict.Explanation.RulesHeld;
        var side = inputs[1] < 0 ? "below" : "above";
        var spread = Invariant($"the pair's spread is {Math.Abs(inputs[1]):0.00} deviations {side} its mean");
        return verdict.Direction switch
        {
            SignalDirection.Flat when (rules & StopReached) != 0 =>
                Invariant($"{spread}, at or beyond the stop of {parameters["stop"]}"),
            SignalDirection.Flat => Invariant($"{spread}, back from beyond {parameters["entry"]}"),
            var direction =>
                $"{spread}, which makes this one of the two the {(direction is SignalDirection.Long ? "cheap" : "dear")} one; " +
                Invariant($"out at {parameters["exit"]}, stop at {parameters["stop"]}"),
        };
    }

    public Verdict? OnBars(in Bar first, in Bar second)
    {
        var spread = Math.Log(first.Close / second.Close);
        _spread.Push(spread);
        _straightness.Push(spread);
        if (!_straightness.IsWarm) return null;

        // Never divided by a deviation of nothing: what never moved is at its mean.
        var z = _spread.Value > 0 ? (spread - _spread.Mean) / _spread.Value : 0;
        var left = _direction;
        var rules = Rules(z);
        if ((rules & Returned) != 0) _mustReturn = false;
        _direction = Wanted(rules);
        if (_direction == left) return null;

        _mustReturn |= (rules & StopReached) != 0;
        return Explain(spread, z, second.Close, left, rules);
    }

    private readonly uint Rules(double z)
    {
        var distance = _direction switch
        {
            SignalDirection.Long => -z,
            SignalDirection.Short => z,
            _ => Math.Abs(z),
        };
        return (z <= -_entry ? FirstCheap : 0)
            | (z >= _entry ? FirstDear : 0)
            | (distance <= _exit ? Returned : 0)
            | (distance >= _stop ? StopReached : 0);
    }

    private readonly SignalDirection Wanted(uint rules)
    {
        if (_direction is not SignalDirection.Flat)
            return (rules & (Returned | StopReached)) != 0 ? SignalDirection.Flat : _direction;
        if (_mustReturn || (rules & StopReached) != 0) return SignalDirection.Flat;
        return (rules & FirstCheap) != 0 ? SignalDirection.Long
            : (rules & FirstDear) != 0 ? SignalDirection.Short
            : SignalDirection.Flat;
    }

    private readonly Verdict Explain(double spread, double z, double otherClose, SignalDirection left, uint rules)
    {
        var isFlat = _direction is SignalDirection.Flat;
        var parts = isFlat
            ? Values4.Of(0, 0, 1)
            : Values4.Of(ScorePart.Of(0.5, (Math.Abs(z) - _entry) / FullStretch), ScorePart.Of(0.5, 1 - _straightness.Value));

        return new Verdict(
            _direction,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: double.NaN,
            ExpiryBars: 0,
            FlipClose: otherClose * Math.Exp(isFlat ? HoldingSpread(spread, left) : FlatSpread(spread)),
            new Explanation(Values8.Of(spread, z, _spread.Mean, _spread.Value, _straightness.Value, otherClose), rules, parts));
    }

    private readonly double HoldingSpread(double spread, SignalDirection left) => left is SignalDirection.Long
        ? FlipClose.Between(_spread.ValueAt(-_stop, spread), _spread.ValueAt(-_exit, spread), spread)
        : FlipClose.Between(_spread.ValueAt(_exit, spread), _spread.ValueAt(_stop, spread), spread);

    private readonly double FlatSpread(double spread)
    {
        var sign = _direction is SignalDirection.Long ? -1 : 1;
        var entry = _spread.ValueAt(sign * _entry, spread);
        var stop = _spread.ValueAt(sign * _stop, spread);
        return Math.Abs(spread - entry) <= Math.Abs(stop - spread) ? entry : stop;
    }
}
