using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;
using static System.FormattableString;

namespace AlgoStack.Strategies;

/// <summary>
/// Expects quiet to end in a move, long or flat. A squeeze is a bar at which the Bollinger bands are narrower than at each of
/// the last bars, half a year of days. Long when, soon after one, the close is above the upper band; flat when it is below the
/// middle band, or at the stop, some deviations below the entry. It has no target. John Bollinger, Bollinger on Bollinger
/// Bands, 2001.
/// </summary>
public struct BollingerSqueeze : IStrategy<BollingerSqueeze>
{
    // Where a part of the score is full: half a deviation above the band; bands a tenth as wide as the widest.
    private const double FullBreakout = 0.5;
    private const double FullSqueeze = 0.9;

    private const uint CloseAboveBand = 1;
    private const uint Squeezed = 1 << 1;
    private const uint CloseBelowMiddle = 1 << 2;
    private const uint StopReached = 1 << 3;

    private readonly int _within;
    private readonly double _stopDeviations;
    private BollingerBands _bands;

    // Of the width, not of a price: what it is narrower than is the lowest of the bars before.
    private Donchian _widths;
    private int _barsSinceSqueeze;
    private double _squeezedWidth;
    private bool _isLong;
    private double _stop;

    private BollingerSqueeze(int bands, double width, int squeeze, int within, double stopDeviations)
    {
        // Of so many closes, none can be further off.
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(width, Math.Sqrt(bands - 1));
        _bands = new BollingerBands(bands, width);
        _widths = new Donchian(squeeze);
        _barsSinceSqueeze = int.MaxValue;
        _within = within;
        _stopDeviations = stopDeviations;
    }

    public static StrategySchema Schema { get; } = new(
        "bollinger-squeeze",
        "Long where the close breaks out of Bollinger bands that were just at their narrowest, out below the middle band or at the stop.",
        StrategyKind.TrendFollowing,
        [
            Whole("bands", 3, 5_000, 20, "closes of the bands"),
            Number("width", 0.5, 10, 2, "deviations from the middle band to the others; its square less than bands less one"),
            Whole("squeeze", 2, 10_000, 125, "bars that the bands have to be narrower than"),
            Whole("within", 1, 1_000, 10, "bars after a squeeze in which a breakout counts"),
            Number("stop", 0.1, 50, 3, "deviations from the entry to the stop"),
        ],
        ["upper_band", "middle_band", "deviation", "band_width", "squeezed_width", "widest", "bars_since_squeeze", "stop"],
        ["close above upper band", "squeezed just before", "close below middle band", "stop reached"],
        ["breakout", "squeeze", "exit"]);

    public static BollingerSqueeze Create(ParameterValues parameters) => new(
        parameters.Whole("bands"), parameters["width"], parameters.Whole("squeeze"), parameters.Whole("within"), parameters["stop"]);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        return (verdict.Direction, verdict.Explanation.RulesHeld & StopReached) switch
        {
            (SignalDirection.Long, _) =>
                Invariant($"it closed above the upper band ({PriceText.Of(inputs[0])}), {inputs[6]:0} bars after the bands were ") +
                Invariant($"{100 * inputs[4]:0.00} % apart, less than in the {parameters["squeeze"]} bars before; ") +
                $"stop at {PriceText.Of(verdict.Stop)}",
            (_, 0) => $"it closed below the middle band ({PriceText.Of(inputs[1])})",
            _ => $"the close fell to the stop at {PriceText.Of(inputs[7])}",
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        _bands.Push(bar.Close);
        if (_barsSinceSqueeze < int.MaxValue) _barsSinceSqueeze++;

        var rules = Rules(bar.Close);
        var turns = _isLong ? (rules & (CloseBelowMiddle | StopReached)) != 0 : rules == (CloseAboveBand | Squeezed);
        var verdict = turns ? Turn(bar.Close, rules) : null;
        // After the verdict: the squeeze it looks for is one of the bars before.
        FollowWidth();
        return verdict;
    }

    private readonly uint Rules(double close)
    {
        var rules = (close > _bands.Upper ? CloseAboveBand : 0) | (_barsSinceSqueeze <= _within ? Squeezed : 0);
        return _isLong ? rules | (close < _bands.Middle ? CloseBelowMiddle : 0) | (close <= _stop ? StopReached : 0) : rules;
    }

    private void FollowWidth()
    {
        var width = _bands.Width;
        _widths.Push(new Bar(0, width, width, width, width, 0));
        if (!(width < _widths.Lower)) return;

        _barsSinceSqueeze = 0;
        _squeezedWidth = width;
    }

    private Verdict Turn(double close, uint rules)
    {
        _isLong = !_isLong;
        if (_isLong) _stop = close - (_stopDeviations * _bands.Deviation);

        var parts = _isLong
            ? Values4.Of(
                ScorePart.Of(0.5, (close - _bands.Upper) / _bands.Deviation / FullBreakout),
                ScorePart.Of(0.5, (1 - (_squeezedWidth / _widths.Upper)) / FullSqueeze))
            : Values4.Of(0, 0, 1);

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: _isLong ? _stop : double.NaN,
            ExpiryBars: 0,
            FlipClose: _isLong ? _bands.CloseOnUpper : Math.Max(_bands.CloseOnMiddle, _stop),
            new Explanation(Inputs(), rules, parts));
    }

    private readonly Values8 Inputs() => Values8.Of(
        _bands.Upper, _bands.Middle, _bands.Deviation, _bands.Width, _squeezedWidth, _widths.Upper, _barsSinceSqueeze, _stop);
}
