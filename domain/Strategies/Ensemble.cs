using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;

namespace AlgoStack.Strategies;

/// <summary>
/// Weighs others, each with its usual parameters, long or flat: long when those that are long have a share of all weights at
/// or above a threshold, flat when it is below another. It has neither target nor stop nor expiry of its own: its members
/// leave at theirs.
/// </summary>
public struct Ensemble : IStrategy<Ensemble>
{
    private const int Members = 4;
    private const uint ShareReached = 1 << Members;

    private static readonly string[] Names =
        [EmaCross.Schema.Name, DonchianBreakout.Schema.Name, RsiReversion.Schema.Name, MacdCross.Schema.Name];

    private readonly double _enter;
    private readonly double _leave;
    private readonly Values4 _shares;
    private EmaCross _ema;
    private DonchianBreakout _donchian;
    private RsiReversion _rsi;
    private MacdCross _macd;
    private Values4 _scores;
    private uint _longs;
    private bool _isLong;

    private Ensemble(double ema, double donchian, double rsi, double macd, double enter, double leave)
    {
        var weights = ema + donchian + rsi + macd;
        if (weights == 0) throw new ArgumentOutOfRangeException(nameof(macd), macd, "Weights: expected one above 0, found none.");
        ArgumentOutOfRangeException.ThrowIfGreaterThan(leave, enter);
        _shares = Values4.Of(ema / weights, donchian / weights, rsi / weights, macd / weights);
        _enter = enter;
        _leave = leave;
        _ema = EmaCross.Create(Usual(EmaCross.Schema));
        _donchian = DonchianBreakout.Create(Usual(DonchianBreakout.Schema));
        _rsi = RsiReversion.Create(Usual(RsiReversion.Schema));
        _macd = MacdCross.Create(Usual(MacdCross.Schema));
    }

    public static StrategySchema Schema { get; } = new(
        "ensemble",
        "Long where enough of its members are, by their weights: EMA cross, Donchian breakout, RSI reversion and MACD cross.",
        StrategyKind.Neutral,
        [
            Number(Names[0], 0, 100, 1, "weight of the EMA cross; not all are 0"),
            Number(Names[1], 0, 100, 1, "weight of the Donchian breakout"),
            Number(Names[2], 0, 100, 1, "weight of the RSI reversion"),
            Number(Names[3], 0, 100, 1, "weight of the MACD cross"),
            Number("enter", 0.01, 1, 0.5, "share of the weights from which on it is long"),
            Number("leave", 0.01, 1, 0.5, "share of the weights below which it is flat; not above enter"),
        ],
        ["share", "ema_cross_score", "donchian_breakout_score", "rsi_reversion_score", "macd_cross_score"],
        ["EMA cross long", "Donchian breakout long", "RSI reversion long", "MACD cross long", "share reached"],
        ["ema_cross", "donchian_breakout", "rsi_reversion", "macd_cross"]);

    public static Ensemble Create(ParameterValues parameters) => new(
        parameters[Names[0]],
        parameters[Names[1]],
        parameters[Names[2]],
        parameters[Names[3]],
        parameters["enter"],
        parameters["leave"]);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var rules = verdict.Explanation.RulesHeld;
        var longs = string.Join(", ", Names.Where((_, i) => (rules >> i & 1) == 1));
        var limit = verdict.Direction is SignalDirection.Long
            ? $"it enters at {Percent(parameters["enter"])}"
            : $"it leaves below {Percent(parameters["leave"])}";
        return $"{Percent(verdict.Explanation.Inputs[0])} of the weights are long ({(longs.Length > 0 ? longs : "none")}), and {limit}";
    }

    public Verdict? OnBar(in Bar bar)
    {
        Values4 flips = default;
        var before = _longs;
        Hear(0, _ema.OnBar(bar), ref flips);
        Hear(1, _donchian.OnBar(bar), ref flips);
        Hear(2, _rsi.OnBar(bar), ref flips);
        Hear(3, _macd.OnBar(bar), ref flips);
        if (!Turns(_longs)) return null;

        var flipClose = NearestFlip(bar.Close, _longs ^ before, flips);
        _isLong = !_isLong;
        return Explain(flipClose);
    }

    private static ParameterValues Usual(StrategySchema schema) => ParameterValues.Parse(schema.Name, schema.Parameters, "");

    private static string Percent(double share) => FormattableString.Invariant($"{100 * share:0} %");

    private void Hear(int index, Verdict? member, ref Values4 flips)
    {
        if (member is null) return;

        _longs = member.Direction is SignalDirection.Long ? _longs | (1u << index) : _longs & ~(1u << index);
        _scores[index] = member.Score;
        flips[index] = member.FlipClose;
    }

    private readonly double ShareOf(uint longs)
    {
        var share = 0.0;
        for (var i = 0; i < Members; i++) share += (longs >> i & 1) * _shares[i];
        return share;
    }

    private readonly bool Turns(uint longs) => _isLong ? ShareOf(longs) < _leave : ShareOf(longs) >= _enter;

    /// <summary>The nearest close at which enough members would not have turned; of those that did not turn it is not asked.</summary>
    private readonly double NearestFlip(double close, uint turned, in Values4 flips)
    {
        var nearest = double.NaN;
        for (var i = 0; i < Members; i++)
        {
            var flip = flips[i];
            if ((turned >> i & 1) == 0 || Math.Abs(flip - close) >= Math.Abs(nearest - close)) continue;

            var flipped = 0u;
            for (var j = 0; j < Members; j++)
            {
                var isBetween = flip < close ? flips[j] >= flip && flips[j] <= close : flips[j] <= flip && flips[j] >= close;
                if (isBetween) flipped |= turned & (1u << j);
            }

            if (!Turns(_longs ^ flipped)) nearest = flip;
        }

        return nearest;
    }

    private readonly Verdict Explain(double flipClose)
    {
        // Those that agree, each by its weight and how sure it was.
        Values4 parts = default;
        for (var i = 0; i < Members; i++)
        {
            if ((_longs >> i & 1) == (_isLong ? 1u : 0u)) parts[i] = ScorePart.Of(_shares[i], _scores[i]);
        }

        var share = ShareOf(_longs);
        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: double.NaN,
            ExpiryBars: 0,
            FlipClose: flipClose,
            new Explanation(
                Values8.Of(share, _scores[0], _scores[1], _scores[2], _scores[3]),
                _longs | (share >= _enter ? ShareReached : 0),
                parts));
    }
}
