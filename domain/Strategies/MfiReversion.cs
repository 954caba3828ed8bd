using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;
using static System.FormattableString;

namespace AlgoStack.Strategies;

/// <summary>
/// Buys what is sold out and sells what is bought up, long or flat: long when the money flow index falls below oversold, flat
/// when it rises above overbought, at the stop, some average ranges below the entry, or when its time is over. After a stop
/// or its time it waits until the index has been above oversold. What has worked is a level of the index, so there is no
/// target price.
/// </summary>
public struct MfiReversion : IStrategy<MfiReversion>
{
    // Where a part of the score is full: 15 points of MFI below oversold.
    private const double FullOversold = 15;

    private const uint Oversold = 1;
    private const uint Overbought = 1 << 1;
    private const uint StopReached = 1 << 2;
    private const uint Expired = 1 << 3;

    private readonly double _oversold;
    private readonly double _overbought;
    private readonly double _stopRanges;
    private readonly int _expiryBars;
    private Mfi _mfi;
    private Atr _range;
    private EfficiencyRatio _straightness;
    private bool _isLong;
    private bool _mustReturn;
    private double _stop;
    private int _barsHeld;

    private MfiReversion(int mfi, double oversold, double overbought, double stopRanges, int expiryBars)
    {
        _mfi = new Mfi(mfi);
        _range = new Atr(14);
        _straightness = new EfficiencyRatio(20);
        _oversold = oversold;
        _overbought = overbought;
        _stopRanges = stopRanges;
        _expiryBars = expiryBars;
    }

    public static StrategySchema Schema { get; } = new(
        "mfi-reversion",
        "Long where the money flow index calls the price oversold, out where it calls it overbought, at the stop or in time.",
        StrategyKind.MeanReverting,
        [
            Whole("mfi", 2, 1_000, 14, "bars of the money flow index"),
            Number("oversold", 1, 49, 20, "MFI below which the price is oversold"),
            Number("overbought", 51, 99, 80, "MFI above which the price is overbought"),
            Number("stop", 0.5, 100, 3, "average ranges from the entry to the stop"),
            Whole("expiry", 1, 100_000, 40, "bars after which the idea is given up"),
        ],
        ["mfi", "average_range", "efficiency", "stop", "bars_held"],
        ["MFI oversold", "MFI overbought", "stop reached", "expired"],
        ["depth", "ranging", "exit"]);

    public static MfiReversion Create(ParameterValues parameters) => new(
        parameters.Whole("mfi"), parameters["oversold"], parameters["overbought"], parameters["stop"], parameters.Whole("expiry"));

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        var rules = verdict.Explanation.RulesHeld;
        return verdict.Direction switch
        {
            SignalDirection.Long =>
                Invariant($"the MFI of {inputs[0]:0.0} is below {parameters["oversold"]}; stop at {PriceText.Of(verdict.Stop)}, ") +
                $"given up after {verdict.ExpiryBars} bars",
            _ when (rules & StopReached) != 0 =>
                Invariant($"the close fell to the stop at {PriceText.Of(inputs[3])} after {inputs[4]:0} bars"),
            _ when (rules & Overbought) != 0 =>
                Invariant($"the MFI of {inputs[0]:0.0} is above {parameters["overbought"]} after {inputs[4]:0} bars"),
            _ =>
                Invariant($"the MFI of {inputs[0]:0.0} was not above {parameters["overbought"]} in {inputs[4]:0} bars"),
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        _mfi.Push(bar);
        _range.Push(bar);
        _straightness.Push(bar.Close);

        var rules = Rules(bar.Close);
        if ((rules & Oversold) == 0) _mustReturn = false;
        if (!(_isLong ? (rules & (Overbought | StopReached | Expired)) != 0 : Enters(rules))) return null;

        _isLong = !_isLong;
        if (_isLong)
        {
            _stop = bar.Close - (_stopRanges * _range.Value);
            _barsHeld = 0;
        }
        else
        {
            _mustReturn = true;
        }

        return Explain(bar, rules);
    }

    private uint Rules(double close)
    {
        var rules = (_mfi.Value < _oversold ? Oversold : 0) | (_mfi.Value > _overbought ? Overbought : 0);
        if (!_isLong) return rules;

        _barsHeld++;
        return rules | (close <= _stop ? StopReached : 0) | (_barsHeld >= _expiryBars ? Expired : 0);
    }

    // Without a range, money may flow by a rounding of the typical price alone.
    private readonly bool Enters(uint rules) =>
        (rules & Oversold) != 0 && !_mustReturn && _range.Value > 0 && _straightness.IsWarm;

    private readonly Verdict Explain(in Bar bar, uint rules)
    {
        // That MFI is overbought or a stop was reached is a fact; that time is up says only that the idea has gone stale.
        var parts = _isLong
            ? Values4.Of(
                ScorePart.Of(0.6, (_oversold - _mfi.Value) / FullOversold),
                ScorePart.Of(0.4, 1 - _straightness.Value))
            : Values4.Of(0, 0, (rules & (Overbought | StopReached)) != 0 ? 1 : 0.5);

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: _isLong ? _stop : double.NaN,
            ExpiryBars: _isLong ? _expiryBars : 0,
            FlipClose: _isLong ? _mfi.CloseFor(_oversold, bar) : HoldingClose(bar, rules),
            new Explanation(Values8.Of(_mfi.Value, _range.Value, _straightness.Value, _stop, _barsHeld), rules, parts));
    }

    private readonly double HoldingClose(in Bar bar, uint rules)
    {
        if ((rules & Expired) != 0) return double.NaN;
        var overbought = _mfi.CloseFor(_overbought, bar);
        return (rules & StopReached) == 0 ? overbought > _stop ? overbought : double.NaN
            : overbought > bar.Close && overbought <= _stop ? double.NaN
            : _stop;
    }
}
