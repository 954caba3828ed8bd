using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;

namespace AlgoStack.Strategies;

/// <summary>
/// Follows the trend, long or flat: long when the fast average of the close crosses above the slow one, flat when it
/// crosses back or the close falls to the stop, some average ranges below the entry. After a stop it waits for the
/// next cross.
/// </summary>
public struct EmaCross : IStrategy<EmaCross>
{
    // Where a part of the score is full; in average ranges a bar.
    private const double FullParting = 0.25;
    private const double FullSlope = 0.15;

    private const uint FastAboveSlow = 1;
    private const uint SlowRising = 1 << 1;
    private const uint CloseAboveSlow = 1 << 2;
    private const uint StopReached = 1 << 3;

    private readonly double _stopRanges;
    private Ema _fast;
    private Ema _slow;
    private Atr _range;
    private EfficiencyRatio _straightness;
    private bool _wasAbove;
    private bool _isReady;
    private bool _isLong;
    private double _stop;

    private EmaCross(int fast, int slow, double stopRanges)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(fast, slow);
        _fast = new Ema(fast);
        _slow = new Ema(slow);
        _stopRanges = stopRanges;
        _range = new Atr(14);
        _straightness = new EfficiencyRatio(20);
    }

    public static StrategySchema Schema { get; } = new(
        "ema-cross",
        "Long while the fast exponential average of the close is above the slow one, out when it crosses back or the stop is hit.",
        StrategyKind.TrendFollowing,
        [
            Whole("fast", 2, 1_000, 12, "closes of the fast average; less than slow"),
            Whole("slow", 3, 5_000, 26, "closes of the slow average"),
            Number("stop", 0.5, 100, 3, "average ranges from the entry to the stop"),
        ],
        ["fast_average", "slow_average", "parting_speed", "slow_slope", "average_range", "efficiency", "crossing_close", "stop"],
        ["fast average above slow", "slow average rising", "close above slow average", "stop reached"],
        ["parting", "slope", "straightness", "stop"]);

    public static EmaCross Create(ParameterValues parameters) =>
        new(parameters.Whole("fast"), parameters.Whole("slow"), parameters["stop"]);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        var rules = verdict.Explanation.RulesHeld;
        return (verdict.Direction, rules & StopReached) switch
        {
            (SignalDirection.Long, _) =>
                $"the {parameters["fast"]}-bar average ({PriceText.Of(inputs[0])}) rose above the {parameters["slow"]}-bar average " +
                $"({PriceText.Of(inputs[1])}); stop at {PriceText.Of(verdict.Stop)}, and a next close below " +
                $"{PriceText.Of(inputs[6])} would cross them back",
            (_, 0) =>
                $"the {parameters["fast"]}-bar average ({PriceText.Of(inputs[0])}) fell below the {parameters["slow"]}-bar average " +
                $"({PriceText.Of(inputs[1])}), and a next close above {PriceText.Of(inputs[6])} would cross them back",
            _ =>
                $"the close fell to the stop at {PriceText.Of(inputs[7])}, and only a new cross of the averages leads back in",
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        var fastBefore = _fast.Value;
        var slowBefore = _slow.Value;
        var fast = _fast.Push(bar.Close);
        var slow = _slow.Push(bar.Close);
        _range.Push(bar);
        _straightness.Push(bar.Close);

        var isAbove = fast > slow;
        var crossedUp = isAbove && !_wasAbove && _isReady;
        _wasAbove = isAbove;
        // A cross needs a bar before it that was warm too: where the averages stand at first says nothing of a crossing.
        // And a price that never moved has no trend, though its averages may differ by a rounding.
        _isReady = _slow.IsWarm && _range.IsWarm && _straightness.IsWarm && _range.Value > 0;

        if (_isLong ? isAbove && bar.Close > _stop : !crossedUp)
        {
            return null;
        }

        _isLong = !_isLong;
        if (_isLong) _stop = bar.Close - (_stopRanges * _range.Value);
        return Explain(bar.Close, fastBefore, slowBefore);
    }

    private readonly Verdict Explain(double close, double fastBefore, double slowBefore)
    {
        var fast = _fast.Value;
        var slow = _slow.Value;
        var range = _range.Value;
        var partingSpeed = (fast - fastBefore - (slow - slowBefore)) / range;
        var slowSlope = (slow - slowBefore) / range;
        var isStopped = !_isLong && close <= _stop;

        var inputs = Values8.Of(
            fast, slow, partingSpeed, slowSlope, range, _straightness.Value, CrossingClose(fast, slow), _stop);

        Values4 parts = default;
        if (isStopped)
        {
            parts[3] = 1;
        }
        else
        {
            var sign = _isLong ? 1 : -1;
            parts[0] = ScorePart.Of(0.4, sign * partingSpeed / FullParting);
            parts[1] = ScorePart.Of(0.3, sign * slowSlope / FullSlope);
            parts[2] = ScorePart.Of(0.3, _straightness.Value);
        }

        var rules = (fast > slow ? FastAboveSlow : 0)
            | (slow > slowBefore ? SlowRising : 0)
            | (close > slow ? CloseAboveSlow : 0)
            | (isStopped ? StopReached : 0);

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: _isLong ? _stop : double.NaN,
            ExpiryBars: 0,
            FlipClose: _isLong ? CrossingClose(fastBefore, slowBefore) : Math.Max(_stop, CrossingClose(fastBefore, slowBefore)),
            new Explanation(inputs, rules, parts));
    }

    /// <summary>The next close at which both averages would be equal.</summary>
    private readonly double CrossingClose(double fast, double slow) =>
        ((slow * (1 - _slow.Weight)) - (fast * (1 - _fast.Weight))) / (_fast.Weight - _slow.Weight);
}
