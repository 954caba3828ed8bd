using System.Globalization;
using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;

namespace AlgoStack.Strategies;

/// <summary>
/// Expects the price to return to its mean, long or flat: long when it closes below the lower Bollinger band and RSI
/// calls it oversold; flat when it is back at the middle band of the entry, has fallen to the stop, some deviations further,
/// or has done neither in time. After an exit it waits until the price has closed within the bands again.
/// </summary>
public struct BandReversion : IStrategy<BandReversion>
{
    // Where a part of the score is full: one deviation below the band, 20 points of RSI below oversold.
    private const double FullDepth = 1;
    private const double FullOversold = 20;

    private const uint CloseBelowBand = 1;
    private const uint RsiOversold = 1 << 1;
    private const uint TargetReached = 1 << 2;
    private const uint StopReached = 1 << 3;
    private const uint Expired = 1 << 4;

    private readonly double _oversold;
    private readonly double _stopDeviations;
    private readonly int _expiryBars;
    private BollingerBands _bands;
    private Rsi _rsi;
    private EfficiencyRatio _straightness;
    private bool _isLong;
    private bool _mustReturn;
    private double _target;
    private double _stop;
    private int _barsHeld;

    private BandReversion(ParameterValues parameters)
    {
        _bands = new BollingerBands(parameters.Whole("bands"), parameters["width"]);
        _rsi = new Rsi(parameters.Whole("rsi"));
        _straightness = new EfficiencyRatio(20);
        _oversold = parameters["oversold"];
        _stopDeviations = parameters["stop"];
        _expiryBars = parameters.Whole("expiry");
    }

    public static StrategySchema Schema { get; } = new(
        "band-reversion",
        "Long where the close is below the lower Bollinger band and RSI calls it oversold, out at the middle band, the stop or in time.",
        StrategyKind.MeanReverting,
        [
            Whole("bands", 3, 5_000, 20, "closes of the bands"),
            Number("width", 0.5, 10, 2, "deviations from the middle band to the others"),
            Whole("rsi", 2, 1_000, 14, "closes of the RSI"),
            Number("oversold", 1, 60, 35, "RSI below which the price is oversold"),
            Number("stop", 0.1, 50, 2, "deviations from the entry to the stop"),
            Whole("expiry", 1, 100_000, 20, "bars after which the idea is given up"),
        ],
        ["rsi", "lower_band", "middle_band", "deviation", "efficiency", "target", "stop", "bars_held"],
        ["close below lower band", "RSI oversold", "target reached", "stop reached", "expired"],
        ["depth", "oversold", "ranging", "exit"]);

    public static BandReversion Create(ParameterValues parameters) => new(parameters);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close) =>
        verdict.Direction is SignalDirection.Long ? Entry(verdict, close) : Exit(verdict.Explanation);

    public Verdict? OnBar(in Bar bar)
    {
        _bands.Push(bar.Close);
        var rsi = _rsi.Push(bar.Close);
        _straightness.Push(bar.Close);

        var rules = (bar.Close < _bands.Lower ? CloseBelowBand : 0) | (rsi < _oversold ? RsiOversold : 0);
        if (!IsWarm || !(_isLong ? Leaves(bar.Close, ref rules) : Enters(rules)))
        {
            return null;
        }

        if (_isLong)
        {
            _isLong = false;
            _mustReturn = true;
        }
        else
        {
            _isLong = true;
            _barsHeld = 0;
            _target = _bands.Middle;
            _stop = bar.Close - (_stopDeviations * _bands.Deviation);
        }

        return Explain(bar.Close, rules);
    }

    private readonly bool IsWarm => _bands.IsWarm && _rsi.IsWarm && _straightness.IsWarm;

    private static string Entry(Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"it closed {(inputs[1] - close) / inputs[3]:0.00} deviations below the lower band ({PriceText.Of(inputs[1])}) " +
            $"with RSI at {inputs[0]:0.0}; target {PriceText.Of(verdict.Target)}, stop {PriceText.Of(verdict.Stop)}, " +
            $"given up after {verdict.ExpiryBars} bars");
    }

    private static string Exit(in Explanation explanation)
    {
        var inputs = explanation.Inputs;
        var rules = explanation.RulesHeld;
        var how = (rules & StopReached) != 0 ? $"the close fell to the stop at {PriceText.Of(inputs[6])}"
            : (rules & TargetReached) != 0 ? $"the close is back at the target of {PriceText.Of(inputs[5])}"
            : $"the close reached neither the target of {PriceText.Of(inputs[5])} nor the stop at {PriceText.Of(inputs[6])}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{how} in {inputs[7]:0} bars, and only a new close below the lower band " +
            $"(now {PriceText.Of(inputs[1])}) leads back in");
    }

    private bool Enters(uint rules)
    {
        if ((rules & CloseBelowBand) == 0) _mustReturn = false;
        return !_mustReturn && rules == (CloseBelowBand | RsiOversold);
    }

    private bool Leaves(double close, ref uint rules)
    {
        _barsHeld++;
        if (close >= _target) rules |= TargetReached;
        if (close <= _stop) rules |= StopReached;
        if (_barsHeld >= _expiryBars) rules |= Expired;
        return (rules & (TargetReached | StopReached | Expired)) != 0;
    }

    private readonly Verdict Explain(double close, uint rules)
    {
        var inputs = Values8.Of(
            _rsi.Value, _bands.Lower, _bands.Middle, _bands.Deviation, _straightness.Value, _target, _stop, _barsHeld);

        Values4 parts = default;
        if (_isLong)
        {
            parts[0] = ScorePart.Of(0.4, (_bands.Lower - close) / _bands.Deviation / FullDepth);
            parts[1] = ScorePart.Of(0.3, (_oversold - _rsi.Value) / FullOversold);
            parts[2] = ScorePart.Of(0.3, 1 - _straightness.Value);
        }
        else
        {
            // A target or a stop is a fact; that time is up says only that the idea has gone stale.
            parts[3] = (rules & (TargetReached | StopReached)) != 0 ? 1 : 0.5;
        }

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: _isLong ? _target : double.NaN,
            Stop: _isLong ? _stop : double.NaN,
            ExpiryBars: _isLong ? _expiryBars : 0,
            FlipClose: FlipClose(rules),
            new Explanation(inputs, rules, parts));
    }

    private readonly double FlipClose(uint rules)
    {
        if (_isLong) return Math.Min(_bands.CloseOnLower, _rsi.CloseFor(_oversold));
        if ((rules & Expired) != 0) return double.NaN;
        return (rules & StopReached) != 0 ? _stop : _target;
    }
}
