using System.Globalization;
using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>
/// Expects the price to return to its mean, long or flat: long when it closes below the lower Bollinger band and RSI
/// calls it oversold; flat when it is back at the middle band of the entry, has fallen two deviations further, or has
/// done neither in time. After an exit it waits until the price has closed within the bands again.
/// </summary>
public struct BandReversion : IStrategy<BandReversion>
{
    private const int BandLength = 20;
    private const double BandWidth = 2;
    private const int RsiLength = 14;
    private const double Oversold = 35;
    private const double StopDeviations = 2;
    private const int ExpiryBars = 20;

    // Where a part of the score is full: one deviation below the band, 20 points of RSI below oversold.
    private const double FullDepth = 1;
    private const double FullOversold = 20;

    private const uint CloseBelowBand = 1;
    private const uint RsiOversold = 1 << 1;
    private const uint TargetReached = 1 << 2;
    private const uint StopReached = 1 << 3;
    private const uint Expired = 1 << 4;

    private BollingerBands _bands;
    private Rsi _rsi;
    private RegimeGauge _regime;
    private bool _isLong;
    private bool _mustReturn;
    private double _target;
    private double _stop;
    private int _barsHeld;

    public static string Name => "band-reversion";

    public static string Parameters { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"bands={BandLength}x{BandWidth} rsi={RsiLength}<{Oversold} stop={StopDeviations}sd expiry={ExpiryBars}");

    public static ExplanationSchema Schema { get; } = new(
        ["rsi", "lower_band", "middle_band", "deviation", "efficiency", "target", "stop", "bars_held"],
        ["close below lower band", "RSI oversold", "target reached", "stop reached", "expired"],
        ["depth", "oversold", "ranging", "exit"]);

    public static BandReversion Create() => new()
    {
        _bands = new BollingerBands(BandLength, BandWidth),
        _rsi = new Rsi(RsiLength),
        _regime = RegimeGauge.Create(),
    };

    public static string Describe(in Verdict verdict, double close)
    {
        var what = verdict.Direction is SignalDirection.Long ? Entry(verdict, close) : Exit(verdict.Explanation);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict.Direction} at {PriceText.Of(close)}: {what} (score {verdict.Score:0.00}, {verdict.Regime} market).");
    }

    public bool OnBar(in Bar bar, out Verdict verdict)
    {
        _bands.Push(bar.Close);
        var rsi = _rsi.Push(bar.Close);
        _regime.Push(bar);

        var rules = (bar.Close < _bands.Lower ? CloseBelowBand : 0) | (rsi < Oversold ? RsiOversold : 0);
        if (!_regime.IsWarm || !(_isLong ? Leaves(bar.Close, ref rules) : Enters(rules)))
        {
            verdict = default;
            return false;
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
            _stop = bar.Close - (StopDeviations * _bands.Deviation);
        }

        verdict = Explain(bar.Close, rules);
        return true;
    }

    private static string Entry(in Verdict verdict, double close)
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
        if (_barsHeld >= ExpiryBars) rules |= Expired;
        return (rules & (TargetReached | StopReached | Expired)) != 0;
    }

    private readonly Verdict Explain(double close, uint rules)
    {
        Values8 inputs = default;
        inputs[0] = _rsi.Value;
        inputs[1] = _bands.Lower;
        inputs[2] = _bands.Middle;
        inputs[3] = _bands.Deviation;
        inputs[4] = _regime.Efficiency;
        inputs[5] = _target;
        inputs[6] = _stop;
        inputs[7] = _barsHeld;

        Values4 parts = default;
        if (_isLong)
        {
            parts[0] = ScorePart.Of(0.4, (_bands.Lower - close) / _bands.Deviation / FullDepth);
            parts[1] = ScorePart.Of(0.3, (Oversold - _rsi.Value) / FullOversold);
            parts[2] = ScorePart.Of(0.3, 1 - _regime.Efficiency);
        }
        else
        {
            // A target or a stop is a fact; that time is up says only that the idea has gone stale.
            parts[3] = (rules & (TargetReached | StopReached)) != 0 ? 1 : 0.5;
        }

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            _regime.Regime,
            Target: _isLong ? _target : double.NaN,
            Stop: _isLong ? _stop : double.NaN,
            ExpiryBars: _isLong ? ExpiryBars : 0,
            new Explanation(inputs, rules, parts));
    }
}
