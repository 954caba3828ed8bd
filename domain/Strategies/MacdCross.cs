using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;

namespace AlgoStack.Strategies;

/// <summary>
/// Follows the turn of a trend, long or flat: long when the MACD line crosses above its signal, flat when it crosses back or
/// the close falls to the stop, some average ranges below the entry. After a stop it waits for the next cross. It has no
/// target: the trend may go as far as it likes.
/// </summary>
public struct MacdCross : IStrategy<MacdCross>
{
    // Where a part of the score is full; in average ranges a bar.
    private const double FullTurn = 0.1;

    private const uint LineAboveSignal = 1;
    private const uint LineAboveZero = 1 << 1;
    private const uint StopReached = 1 << 2;

    private readonly double _stopRanges;
    private Macd _macd;
    private Atr _range;
    private EfficiencyRatio _straightness;
    private bool _wasAbove;
    private bool _isReady;
    private bool _isLong;
    private double _stop;

    private MacdCross(int fast, int slow, int signal, double stopRanges)
    {
        _macd = new Macd(fast, slow, signal);
        _range = new Atr(14);
        _straightness = new EfficiencyRatio(20);
        _stopRanges = stopRanges;
    }

    public static StrategySchema Schema { get; } = new(
        "macd-cross",
        "Long while the MACD line is above its signal, out when it crosses back or the stop is hit.",
        StrategyKind.TrendFollowing,
        [
            Whole("fast", 2, 1_000, 12, "closes of the fast average; less than slow"),
            Whole("slow", 3, 5_000, 26, "closes of the slow average"),
            Whole("signal", 2, 1_000, 9, "values of the line in its signal"),
            Number("stop", 0.5, 100, 3, "average ranges from the entry to the stop"),
        ],
        ["line", "signal", "histogram", "turn", "average_range", "efficiency", "stop"],
        ["line above signal", "line above zero", "stop reached"],
        ["turn", "trend", "straightness", "stop"]);

    public static MacdCross Create(ParameterValues parameters) =>
        new(parameters.Whole("fast"), parameters.Whole("slow"), parameters.Whole("signal"), parameters["stop"]);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        return (verdict.Direction, verdict.Explanation.RulesHeld & StopReached) switch
        {
            (SignalDirection.Long, _) =>
                $"the MACD line ({PriceText.Of(inputs[0])}) rose above its signal ({PriceText.Of(inputs[1])}); " +
                $"stop at {PriceText.Of(verdict.Stop)}",
            (_, 0) =>
                $"the MACD line ({PriceText.Of(inputs[0])}) fell below its signal ({PriceText.Of(inputs[1])})",
            _ =>
                $"the close fell to the stop at {PriceText.Of(inputs[6])}, and only a new cross of the line leads back in",
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        var histogramBefore = _macd.Histogram;
        _macd.Push(bar.Close);
        _range.Push(bar);
        _straightness.Push(bar.Close);

        var isAbove = _macd.Histogram > 0;
        var crossedUp = isAbove && !_wasAbove && _isReady;
        _wasAbove = isAbove;
        // A cross needs a bar before it that was warm too. And a price that never moved has no trend, though the histogram
        // may be a rounding.
        _isReady = _macd.IsWarm && _range.IsWarm && _straightness.IsWarm && _range.Value > 0;

        if (_isLong ? isAbove && bar.Close > _stop : !crossedUp) return null;

        _isLong = !_isLong;
        if (_isLong) _stop = bar.Close - (_stopRanges * _range.Value);
        return Explain(bar.Close, _macd.Histogram - histogramBefore);
    }

    private readonly Verdict Explain(double close, double turn)
    {
        var isStopped = !_isLong && close <= _stop;
        var rules = (_macd.Histogram > 0 ? LineAboveSignal : 0)
            | (_macd.Line > 0 ? LineAboveZero : 0)
            | (isStopped ? StopReached : 0);

        var sign = _isLong ? 1 : -1;
        var parts = isStopped
            ? Values4.Of(0, 0, 0, 1)
            : Values4.Of(
                ScorePart.Of(0.5, sign * turn / _range.Value / FullTurn),
                sign * _macd.Line > 0 ? 0.2 : 0,
                ScorePart.Of(0.3, _straightness.Value));

        var crossingClose = _macd.CloseFor(histogram: 0, close);
        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: _isLong ? _stop : double.NaN,
            ExpiryBars: 0,
            FlipClose: _isLong ? crossingClose : Math.Max(_stop, crossingClose),
            new Explanation(
                Values8.Of(_macd.Line, _macd.Signal, _macd.Histogram, turn, _range.Value, _straightness.Value, _stop),
                rules,
                parts));
    }
}
