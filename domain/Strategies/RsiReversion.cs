using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;
using static System.FormattableString;

namespace AlgoStack.Strategies;

/// <summary>
/// Expects the price to return: long when RSI falls below oversold, flat when it is back at a level in the middle, at the
/// stop, some average ranges from the entry, or when its time is over. With <c>short</c> the same above 100 less oversold.
/// After a stop or its time it waits until RSI has left where it entered. What has worked is a level of RSI, so there is
/// no target price.
/// </summary>
public struct RsiReversion : IStrategy<RsiReversion>
{
    // Where a part of the score is full: 15 points of RSI beyond oversold.
    private const double FullOversold = 15;

    private const uint Oversold = 1;
    private const uint Overbought = 1 << 1;
    private const uint Returned = 1 << 2;
    private const uint StopReached = 1 << 3;
    private const uint Expired = 1 << 4;

    private readonly double _oversold;
    private readonly double _exit;
    private readonly double _stopRanges;
    private readonly int _expiryBars;
    private readonly bool _mayShort;
    private Rsi _rsi;
    private Atr _range;
    private EfficiencyRatio _straightness;
    private SignalDirection _direction;
    private SignalDirection _mustReturnFrom;
    private double _stop;
    private int _barsHeld;

    private RsiReversion(int rsi, double oversold, double exit, double stopRanges, int expiryBars, bool mayShort)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(exit, oversold);
        _rsi = new Rsi(rsi);
        _range = new Atr(14);
        _straightness = new EfficiencyRatio(20);
        _oversold = oversold;
        _exit = exit;
        _stopRanges = stopRanges;
        _expiryBars = expiryBars;
        _mayShort = mayShort;
    }

    public static StrategySchema Schema { get; } = new(
        "rsi-reversion",
        "Long where RSI calls the price oversold, out when RSI is back, at the stop or in time; with short also upwards.",
        StrategyKind.MeanReverting,
        [
            Whole("rsi", 2, 1_000, 14, "closes of the RSI"),
            Number("oversold", 1, 49, 30, "RSI below which the price is oversold; above 100 less this it is overbought"),
            Number("exit", 2, 70, 50, "RSI at which it is back, for a short position 100 less this; above oversold"),
            Number("stop", 0.5, 100, 3, "average ranges from the entry to the stop"),
            Whole("expiry", 1, 100_000, 20, "bars after which the idea is given up"),
            Whole("short", 0, 1, 0, "1 to go short too"),
        ],
        ["rsi", "average_range", "efficiency", "stop", "bars_held"],
        ["RSI oversold", "RSI overbought", "RSI returned", "stop reached", "expired"],
        ["depth", "ranging", "exit"]);

    public static RsiReversion Create(ParameterValues parameters) => new(
        parameters.Whole("rsi"),
        parameters["oversold"],
        parameters["exit"],
        parameters["stop"],
        parameters.Whole("expiry"),
        parameters["short"] == 1);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        var rules = verdict.Explanation.RulesHeld;
        return verdict.Direction switch
        {
            SignalDirection.Long =>
                Invariant($"the RSI of {inputs[0]:0.0} is below {parameters["oversold"]}; stop at {PriceText.Of(verdict.Stop)}, ") +
                $"given up after {verdict.ExpiryBars} bars",
            SignalDirection.Short =>
                Invariant($"the RSI of {inputs[0]:0.0} is above {100 - parameters["oversold"]}; stop at {PriceText.Of(verdict.Stop)}, ") +
                $"given up after {verdict.ExpiryBars} bars",
            _ when (rules & StopReached) != 0 =>
                Invariant($"it closed at or beyond the stop at {PriceText.Of(inputs[3])} after {inputs[4]:0} bars"),
            _ when (rules & Returned) != 0 =>
                Invariant($"the RSI is back at {inputs[0]:0.0} after {inputs[4]:0} bars"),
            _ =>
                Invariant($"the RSI of {inputs[0]:0.0} has not returned in {inputs[4]:0} bars"),
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        _rsi.Push(bar.Close);
        _range.Push(bar);
        _straightness.Push(bar.Close);

        var left = _direction;
        var rules = Rules(bar.Close);
        if (!(left is SignalDirection.Flat ? Enters(rules) : Leaves(rules))) return null;

        if (left is SignalDirection.Flat)
        {
            _stop = bar.Close - (Sign(_direction) * _stopRanges * _range.Value);
            _barsHeld = 0;
        }

        return Explain(bar.Close, left, rules);
    }

    private static int Sign(SignalDirection direction) => direction is SignalDirection.Short ? -1 : 1;

    /// <summary>A level of RSI for a long position, as it is for one in a direction.</summary>
    private static double Level(double level, SignalDirection direction) => direction is SignalDirection.Short ? 100 - level : level;

    private uint Rules(double close)
    {
        var rules = (_rsi.Value < _oversold ? Oversold : 0) | (_rsi.Value > 100 - _oversold ? Overbought : 0);
        if (_direction is SignalDirection.Flat) return rules;

        var sign = Sign(_direction);
        _barsHeld++;
        return rules
            | (sign * (_rsi.Value - Level(_exit, _direction)) >= 0 ? Returned : 0)
            | (sign * (close - _stop) <= 0 ? StopReached : 0)
            | (_barsHeld >= _expiryBars ? Expired : 0);
    }

    private bool Enters(uint rules)
    {
        var wanted = (rules & Oversold) != 0 ? SignalDirection.Long
            : (rules & Overbought) != 0 && _mayShort ? SignalDirection.Short
            : SignalDirection.Flat;
        if (wanted != _mustReturnFrom) _mustReturnFrom = SignalDirection.Flat;
        if (wanted == _mustReturnFrom || !_range.IsWarm || !_straightness.IsWarm) return false;

        _direction = wanted;
        return true;
    }

    private bool Leaves(uint rules)
    {
        if ((rules & (Returned | StopReached | Expired)) == 0) return false;

        _mustReturnFrom = _direction;
        _direction = SignalDirection.Flat;
        return true;
    }

    private readonly Verdict Explain(double close, SignalDirection left, uint rules)
    {
        var isFlat = _direction is SignalDirection.Flat;
        // That RSI is back or a stop was reached is a fact; that time is up says only that the idea has gone stale.
        var parts = isFlat
            ? Values4.Of(0, 0, (rules & (Returned | StopReached)) != 0 ? 1 : 0.5)
            : Values4.Of(
                ScorePart.Of(0.6, Sign(_direction) * (Level(_oversold, _direction) - _rsi.Value) / FullOversold),
                ScorePart.Of(0.4, 1 - _straightness.Value));

        return new Verdict(
            _direction,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: isFlat ? double.NaN : _stop,
            ExpiryBars: isFlat ? 0 : _expiryBars,
            FlipClose: isFlat ? HoldingClose(close, left, rules) : _rsi.CloseFor(Level(_oversold, _direction)),
            new Explanation(Values8.Of(_rsi.Value, _range.Value, _straightness.Value, _stop, _barsHeld), rules, parts));
    }

    private readonly double HoldingClose(double close, SignalDirection left, uint rules)
    {
        if ((rules & Expired) != 0) return double.NaN;
        var returned = _rsi.CloseFor(Level(_exit, left));
        return left is SignalDirection.Long ? FlipClose.Between(_stop, returned, close) : FlipClose.Between(returned, _stop, close);
    }
}
