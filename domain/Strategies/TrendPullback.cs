using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;
using static System.FormattableString;

namespace AlgoStack.Strategies;

/// <summary>
/// Buys the dips of a rise, on two timeframes, long or flat. The trend is up while the newest complete bar of the higher
/// timeframe closed above the exponential average of those closes. Long when it is up and RSI of the lower timeframe falls
/// below the pullback; flat when RSI has recovered, the trend is down, or at the stop, some average ranges below the entry.
/// After an exit it waits until RSI has been above the pullback. It has no target price: what has worked is a level of RSI.
/// </summary>
public struct TrendPullback : IStrategy<TrendPullback>
{
    // Where a part of the score is full: 15 points of RSI below the pullback; five average ranges above the average.
    private const double FullPullback = 15;
    private const double FullTrend = 5;

    private const uint TrendUp = 1;
    private const uint PulledBack = 1 << 1;
    private const uint Recovered = 1 << 2;
    private const uint StopReached = 1 << 3;

    private readonly double _pullback;
    private readonly double _exit;
    private readonly double _stopRanges;
    private BarAggregator _higher;
    private Ema _trend;
    private double _trendClose;
    private double _turningClose;
    private Rsi _rsi;
    private Atr _range;
    private bool _isLong;
    private bool _mustReturn;
    private double _stop;

    private TrendPullback(int higher, int trend, int rsi, double pullback, double exit, double stopRanges)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(exit, pullback);
        _higher = new BarAggregator(higher);
        _trend = new Ema(trend);
        _trendClose = double.NaN;
        _rsi = new Rsi(rsi);
        _range = new Atr(14);
        _pullback = pullback;
        _exit = exit;
        _stopRanges = stopRanges;
    }

    public static StrategySchema Schema { get; } = new(
        "trend-pullback",
        "Long where a higher timeframe's trend is up and RSI has pulled back, out when RSI recovers, the trend ends or at the stop.",
        StrategyKind.TrendFollowing,
        [
            Whole("higher", 1, 43_200, 1_440, "minutes of a bar of the higher timeframe"),
            Whole("trend", 2, 1_000, 20, "closes of the higher timeframe in its average"),
            Whole("rsi", 2, 1_000, 7, "closes of the RSI"),
            Number("pullback", 1, 50, 35, "RSI below which the price has pulled back"),
            Number("exit", 2, 99, 60, "RSI at which it has recovered; above pullback"),
            Number("stop", 0.5, 100, 3, "average ranges from the entry to the stop"),
        ],
        ["trend_close", "trend_average", "rsi", "average_range", "stop"],
        ["trend up", "RSI pulled back", "RSI recovered", "stop reached"],
        ["pullback", "trend", "exit"]);

    public static TrendPullback Create(ParameterValues parameters) => new(
        parameters.Whole("higher"),
        parameters.Whole("trend"),
        parameters.Whole("rsi"),
        parameters["pullback"],
        parameters["exit"],
        parameters["stop"]);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        var rules = verdict.Explanation.RulesHeld;
        var average = $"the average ({PriceText.Of(inputs[1])}) of {parameters["trend"]} bars of {parameters["higher"]} minutes";
        return verdict.Direction switch
        {
            SignalDirection.Long =>
                $"{PriceText.Of(inputs[0])} was above {average}, " +
                Invariant($"and the RSI pulled back to {inputs[2]:0.0}; stop at {PriceText.Of(verdict.Stop)}"),
            _ when (rules & StopReached) != 0 => $"the close fell to the stop at {PriceText.Of(inputs[4])}",
            _ when (rules & TrendUp) == 0 => $"{PriceText.Of(inputs[0])} was not above {average}",
            _ => Invariant($"the RSI recovered to {inputs[2]:0.0}"),
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        FollowTrend(bar);
        _rsi.Push(bar.Close);
        _range.Push(bar);

        var rules = Rules(bar.Close);
        if ((rules & PulledBack) == 0) _mustReturn = false;
        if (!(_isLong ? rules is not (TrendUp or (TrendUp | PulledBack)) : Enters(rules))) return null;

        _isLong = !_isLong;
        if (_isLong) _stop = bar.Close - (_stopRanges * _range.Value);
        else _mustReturn = true;

        return Explain(bar.Close, rules);
    }

    private void FollowTrend(in Bar bar)
    {
        _turningClose = double.NaN;
        _higher.Push(bar);
        while (_higher.TryTake(out var higher))
        {
            // A close above an average that counts it is one above the average before.
            if (higher.CloseMs == bar.CloseMs) _turningClose = _trend.Value;
            _trend.Push(higher.Close);
            _trendClose = higher.Close;
        }
    }

    private readonly uint Rules(double close)
    {
        var rules = (_trendClose > _trend.Value ? TrendUp : 0) | (_rsi.Value < _pullback ? PulledBack : 0);
        return _isLong ? rules | (_rsi.Value >= _exit ? Recovered : 0) | (close <= _stop ? StopReached : 0) : rules;
    }

    private readonly bool Enters(uint rules) => rules == (TrendUp | PulledBack) && !_mustReturn && _range.IsWarm;

    private readonly Verdict Explain(double close, uint rules)
    {
        var parts = _isLong
            ? Values4.Of(
                ScorePart.Of(0.6, (_pullback - _rsi.Value) / FullPullback),
                ScorePart.Of(0.4, (_trendClose - _trend.Value) / _range.Value / FullTrend))
            : Values4.Of(0, 0, 1);

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: _isLong ? _stop : double.NaN,
            ExpiryBars: 0,
            FlipClose: _isLong ? FlatClose(close) : HoldingClose(close, rules),
            new Explanation(Values8.Of(_trendClose, _trend.Value, _rsi.Value, _range.Value, _stop), rules, parts));
    }

    /// <summary>Where RSI would not have pulled back or, at a bar that completes a higher one, the trend would have ended.</summary>
    private readonly double FlatClose(double close)
    {
        var pulledBack = _rsi.CloseFor(_pullback);
        return close - _turningClose < pulledBack - close ? _turningClose : pulledBack;
    }

    private readonly double HoldingClose(double close, uint rules)
    {
        var isOwnTrend = !double.IsNaN(_turningClose);
        if ((rules & TrendUp) == 0 && !isOwnTrend) return double.NaN;
        return FlipClose.Between(isOwnTrend ? Math.Max(_stop, _turningClose) : _stop, _rsi.CloseFor(_exit), close);
    }
}
