using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;

namespace AlgoStack.Strategies;

/// <summary>
/// The turtles' rule, judged at closes: long when the close is above the highest high of the last bars, flat when it is below
/// the lowest low of the last fewer, or at the stop, some average ranges from the entry. With <c>short</c> the same downwards.
/// The bar itself is in neither channel. It has no target: a trend may go as far as it likes. Curtis Faith, The Original
/// Turtle Trading Rules, 2003.
/// </summary>
public struct DonchianBreakout : IStrategy<DonchianBreakout>
{
    // Where a part of the score is full: one average range beyond the channel.
    private const double FullBreakout = 1;

    private const uint AboveHighest = 1;
    private const uint BelowLowest = 1 << 1;
    private const uint BeyondExit = 1 << 2;
    private const uint StopReached = 1 << 3;

    private readonly bool _mayShort;
    private readonly double _stopRanges;
    private Donchian _entry;
    private Donchian _exit;
    private Atr _range;
    private EfficiencyRatio _straightness;
    private SignalDirection _direction;
    private double _stop;

    private DonchianBreakout(int entry, int exit, double stopRanges, bool mayShort)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exit, entry);
        _entry = new Donchian(entry);
        _exit = new Donchian(exit);
        _range = new Atr(20);
        _straightness = new EfficiencyRatio(entry);
        _stopRanges = stopRanges;
        _mayShort = mayShort;
    }

    public static StrategySchema Schema { get; } = new(
        "donchian-breakout",
        "Long above the highest high of some bars, out below the lowest low of fewer or at the stop; with short also downwards.",
        StrategyKind.TrendFollowing,
        [
            Whole("entry", 2, 5_000, 20, "bars of the channel that is broken out of"),
            Whole("exit", 1, 5_000, 10, "bars of the channel that leads out; not above entry"),
            Number("stop", 0.5, 100, 2, "average ranges from the entry to the stop"),
            Whole("short", 0, 1, 0, "1 to go short too"),
        ],
        ["highest", "lowest", "exit_highest", "exit_lowest", "average_range", "efficiency", "stop"],
        ["close above highest", "close below lowest", "close beyond exit channel", "stop reached"],
        ["breakout", "straightness", "exit"]);

    public static DonchianBreakout Create(ParameterValues parameters) =>
        new(parameters.Whole("entry"), parameters.Whole("exit"), parameters["stop"], parameters["short"] == 1);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        return verdict.Direction switch
        {
            SignalDirection.Long =>
                $"it closed above the highest high of {parameters["entry"]} bars ({PriceText.Of(inputs[0])}); " +
                $"stop at {PriceText.Of(verdict.Stop)}",
            SignalDirection.Short =>
                $"it closed below the lowest low of {parameters["entry"]} bars ({PriceText.Of(inputs[1])}); " +
                $"stop at {PriceText.Of(verdict.Stop)}",
            _ when (verdict.Explanation.RulesHeld & StopReached) != 0 =>
                $"it closed at or beyond the stop at {PriceText.Of(inputs[6])}",
            _ =>
                $"it closed out of the {parameters["exit"]}-bar channel from {PriceText.Of(inputs[3])} to {PriceText.Of(inputs[2])}",
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        _entry.Push(bar);
        _exit.Push(bar);
        _range.Push(bar);
        _straightness.Push(bar.Close);

        var rules = Rules(bar.Close);
        var wanted = Wanted(rules);
        if (wanted == _direction || !_range.IsWarm) return null;

        var left = _direction;
        _direction = wanted;
        if (wanted is not SignalDirection.Flat) _stop = bar.Close - (Sign(wanted) * _stopRanges * _range.Value);
        return Explain(bar.Close, left, rules);
    }

    private static int Sign(SignalDirection direction) => direction is SignalDirection.Short ? -1 : 1;

    // The channels are NaN until they are warm, and nothing is beyond them.
    private readonly uint Rules(double close)
    {
        var rules = (close > _entry.Upper ? AboveHighest : 0) | (close < _entry.Lower ? BelowLowest : 0);
        return _direction switch
        {
            SignalDirection.Long => rules | (close < _exit.Lower ? BeyondExit : 0) | (close <= _stop ? StopReached : 0),
            SignalDirection.Short => rules | (close > _exit.Upper ? BeyondExit : 0) | (close >= _stop ? StopReached : 0),
            _ => rules,
        };
    }

    private readonly SignalDirection Wanted(uint rules)
    {
        if ((rules & AboveHighest) != 0) return SignalDirection.Long;
        if ((rules & BelowLowest) != 0 && _mayShort) return SignalDirection.Short;
        return (rules & (BeyondExit | StopReached)) != 0 ? SignalDirection.Flat : _direction;
    }

    private readonly Verdict Explain(double close, SignalDirection left, uint rules)
    {
        var isFlat = _direction is SignalDirection.Flat;
        var broken = _direction is SignalDirection.Short ? _entry.Lower : _entry.Upper;
        var parts = isFlat
            ? Values4.Of(0, 0, 1)
            : Values4.Of(
                ScorePart.Of(0.6, Sign(_direction) * (close - broken) / _range.Value / FullBreakout),
                ScorePart.Of(0.4, _straightness.Value));

        return new Verdict(
            _direction,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: isFlat ? double.NaN : _stop,
            ExpiryBars: 0,
            FlipClose: isFlat ? FlatUntil(close, left) : broken,
            new Explanation(
                Values8.Of(_entry.Upper, _entry.Lower, _exit.Upper, _exit.Lower, _range.Value, _straightness.Value, _stop),
                rules,
                parts));
    }

    /// <summary>Nearer to where it was held, or where the other direction begins.</summary>
    private readonly double FlatUntil(double close, SignalDirection left)
    {
        var held = left is SignalDirection.Long ? Math.Max(_exit.Lower, _stop) : Math.Min(_exit.Upper, _stop);
        var reversed = left is SignalDirection.Long ? _entry.Lower : _entry.Upper;
        return _mayShort && Math.Abs(close - reversed) < Math.Abs(close - held) ? reversed : held;
    }
}
