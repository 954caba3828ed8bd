using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;
using static System.FormattableString;

namespace AlgoStack.Strategies;

/// <summary>
/// Expects a fall that tires to turn, long or flat. A wave is a run of bars whose MACD histogram is below zero; of each count
/// the lowest low of the price and the lowest histogram. Long when, still in a wave, the histogram is higher than at the bar
/// before, the wave's price low is lower than that of the wave before it, and its histogram low is higher: the price fell
/// further, with less force. Once a wave. The stop is some average ranges below the wave's price low, the target a multiple
/// of that risk above the close; flat at either or when its time is over. Alexander Elder, Trading for a Living, 1993, asks
/// for the rise above zero between the two lows.
/// </summary>
public struct MacdDivergence : IStrategy<MacdDivergence>
{
    // Where a part of the score is full: one average range between the two lows.
    private const double FullFall = 1;

    private const uint BelowZero = 1;
    private const uint TurnedUp = 1 << 1;
    private const uint LowerPrice = 1 << 2;
    private const uint HigherHistogram = 1 << 3;
    private const uint TargetReached = 1 << 4;
    private const uint StopReached = 1 << 5;
    private const uint Expired = 1 << 6;

    private const uint Divergence = BelowZero | TurnedUp | LowerPrice | HigherHistogram;

    private readonly double _stopRanges;
    private readonly double _reward;
    private readonly int _expiryBars;
    private Macd _macd;
    private Atr _range;
    private Wave _wave;
    private Wave _earlier;
    private bool _isSpent;
    private bool _isLong;
    private double _target;
    private double _stop;
    private int _barsHeld;

    private MacdDivergence(ParameterValues parameters)
    {
        _macd = new Macd(parameters.Whole("fast"), parameters.Whole("slow"), parameters.Whole("signal"));
        _range = new Atr(14);
        _wave = Wave.None;
        _earlier = Wave.None;
        _stopRanges = parameters["stop"];
        _reward = parameters["reward"];
        _expiryBars = parameters.Whole("expiry");
    }

    public static StrategySchema Schema { get; } = new(
        "macd-divergence",
        "Long where the price made a lower low and the MACD histogram a higher one, out at the target, the stop or in time.",
        StrategyKind.MeanReverting,
        [
            Whole("fast", 2, 1_000, 12, "closes of the fast average; less than slow"),
            Whole("slow", 3, 5_000, 26, "closes of the slow average"),
            Whole("signal", 2, 1_000, 9, "values of the line in its signal"),
            Number("stop", 0.1, 100, 1, "average ranges from the lowest low to the stop"),
            Number("reward", 0.1, 100, 2, "how many times further the target is than the stop"),
            Whole("expiry", 1, 100_000, 30, "bars after which the idea is given up"),
        ],
        ["histogram", "histogram_low", "earlier_histogram_low", "price_low", "earlier_price_low", "target", "stop", "bars_held"],
        [
            "histogram below zero", "histogram turned up", "price made a lower low", "histogram made a higher low",
            "target reached", "stop reached", "expired",
        ],
        ["divergence", "fall", "turn", "exit"]);

    public static MacdDivergence Create(ParameterValues parameters) => new(parameters);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        var rules = verdict.Explanation.RulesHeld;
        return verdict.Direction switch
        {
            SignalDirection.Long =>
                $"the price made a lower low ({PriceText.Of(inputs[3])} after {PriceText.Of(inputs[4])}) and the MACD histogram " +
                $"a higher one ({PriceText.Of(inputs[1])} after {PriceText.Of(inputs[2])}); target {PriceText.Of(verdict.Target)}, " +
                $"stop {PriceText.Of(verdict.Stop)}, given up after {verdict.ExpiryBars} bars",
            _ when (rules & StopReached) != 0 => $"the close fell to the stop at {PriceText.Of(inputs[6])}",
            _ when (rules & TargetReached) != 0 => $"the close reached the target of {PriceText.Of(inputs[5])}",
            _ =>
                $"the close reached neither the target of {PriceText.Of(inputs[5])} nor the stop at {PriceText.Of(inputs[6])} " +
                Invariant($"in {inputs[7]:0} bars"),
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        var histogramBefore = _macd.Histogram;
        _macd.Push(bar.Close);
        _range.Push(bar);
        Follow(bar.Low, histogramBefore);

        var rules = Rules(bar.Close, histogramBefore);
        var turns = _isLong
            ? (rules & (TargetReached | StopReached | Expired)) != 0
            : rules == Divergence && !_isSpent && _range.IsWarm;
        if (!turns) return null;

        _isLong = !_isLong;
        if (_isLong)
        {
            _isSpent = true;
            _barsHeld = 0;
            _stop = _wave.Price - (_stopRanges * _range.Value);
            _target = bar.Close + (_reward * (bar.Close - _stop));
        }

        return Explain(bar.Close, histogramBefore, rules);
    }

    /// <summary>Counts the bar in the wave that it is in, or begins.</summary>
    private void Follow(double low, double histogramBefore)
    {
        if (!(_macd.Histogram < 0)) return;

        if (!(histogramBefore < 0))
        {
            _earlier = _wave;
            _wave = Wave.None;
            _isSpent = false;
        }

        _wave = new Wave(Math.Min(_wave.Price, low), Math.Min(_wave.Histogram, _macd.Histogram));
    }

    private uint Rules(double close, double histogramBefore)
    {
        var rules = (_macd.Histogram < 0 ? BelowZero : 0)
            | (_macd.Histogram > histogramBefore ? TurnedUp : 0)
            | (_wave.Price < _earlier.Price ? LowerPrice : 0)
            | (_wave.Histogram > _earlier.Histogram ? HigherHistogram : 0);
        if (!_isLong) return rules;

        _barsHeld++;
        return rules
            | (close >= _target ? TargetReached : 0)
            | (close <= _stop ? StopReached : 0)
            | (_barsHeld >= _expiryBars ? Expired : 0);
    }

    private readonly Verdict Explain(double close, double histogramBefore, uint rules)
    {
        var parts = _isLong
            ? Values4.Of(
                ScorePart.Of(0.5, 1 - (_wave.Histogram / _earlier.Histogram)),
                ScorePart.Of(0.3, (_earlier.Price - _wave.Price) / _range.Value / FullFall),
                ScorePart.Of(0.2, 1 - (_macd.Histogram / _wave.Histogram)))
            // A target or a stop is a fact; that time is up says only that the idea has gone stale.
            : Values4.Of(0, 0, 0, (rules & (TargetReached | StopReached)) != 0 ? 1 : 0.5);

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: _isLong ? _target : double.NaN,
            Stop: _isLong ? _stop : double.NaN,
            ExpiryBars: _isLong ? _expiryBars : 0,
            FlipClose: _isLong ? TurnlessClose(close, histogramBefore)
                : (rules & Expired) != 0 ? double.NaN
                : FlipClose.Between(_stop, _target, close),
            new Explanation(
                Values8.Of(
                    _macd.Histogram, _wave.Histogram, _earlier.Histogram, _wave.Price, _earlier.Price, _target, _stop, _barsHeld),
                rules,
                parts));
    }

    /// <summary>Nearer to where the histogram would not have turned up, or where it would have ended the wave.</summary>
    private readonly double TurnlessClose(double close, double histogramBefore)
    {
        var still = _macd.CloseFor(histogramBefore, close);
        var ended = _macd.CloseFor(histogram: 0, close);
        return close - still <= ended - close ? still : ended;
    }

    /// <summary>The lowest low of the price, and of the histogram, while that is below zero.</summary>
    private readonly record struct Wave(double Price, double Histogram)
    {
        /// <summary>No low yet: below its price no price is lower, and above its histogram none is higher.</summary>
        public static Wave None { get; } = new(double.PositiveInfinity, double.PositiveInfinity);
    }
}
