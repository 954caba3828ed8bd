using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.Parameters.Parameter;
using static System.FormattableString;

namespace AlgoStack.Strategies;

/// <summary>
/// Goes with the volume of a session, as those do who have much to buy, long or flat: long when the close crosses above the
/// session's volume-weighted average price with more volume than usual, flat when it closes at it or below and at the session's
/// last bar. A session begins at one time of the day and lasts some minutes, UTC; bars outside of one are passed over, and
/// what is held over its end, since no bar closed there, is flat at the next bar. The average itself is the stop and the
/// session's end the expiry; there is no target.
/// </summary>
public struct Vwap : IStrategy<Vwap>
{
    private const long None = long.MinValue;

    // Where a part of the score is full: half an average range above, three times the usual volume.
    private const double FullDistance = 0.5;
    private const double FullVolume = 3;

    private const uint CloseAboveVwap = 1;
    private const uint CrossedAbove = 1 << 1;
    private const uint VolumeHigh = 1 << 2;
    private const uint SessionOver = 1 << 3;

    private readonly long _startMs;
    private readonly long _lengthMs;
    private readonly double _volumeRatio;
    private SessionVwap _vwap;
    private Sma _usualVolume;
    private Atr _range;
    private long _session;
    private bool _wasBelow;
    private bool _isLong;

    private Vwap(int start, int minutes, int volumeBars, double volumeRatio)
    {
        _startMs = start * TimeSpan.MillisecondsPerMinute;
        _lengthMs = minutes * TimeSpan.MillisecondsPerMinute;
        _volumeRatio = volumeRatio;
        _vwap = new SessionVwap(TimeSpan.FromMinutes(start));
        _usualVolume = new Sma(volumeBars);
        _range = new Atr(14);
        _session = None;
    }

    public static StrategySchema Schema { get; } = new(
        "vwap",
        "Long where the close crosses above the session's VWAP with more volume than usual, out below it and at the session's end.",
        StrategyKind.TrendFollowing,
        [
            Whole("start", 0, 1_439, 0, "minutes after midnight UTC at which sessions begin"),
            Whole("minutes", 1, 1_440, 1_440, "how long a session lasts"),
            Whole("volume", 1, 5_000, 20, "bars before, whose mean is the usual volume"),
            Number("ratio", 0, 100, 1.5, "times the usual volume that is needed"),
        ],
        ["vwap", "volume", "usual_volume", "average_range", "minutes_left"],
        ["close above VWAP", "crossed from below", "volume above usual", "session over"],
        ["distance", "volume", "time", "exit"]);

    public static Vwap Create(ParameterValues parameters) =>
        new(parameters.Whole("start"), parameters.Whole("minutes"), parameters.Whole("volume"), parameters["ratio"]);

    public static string Describe(ParameterValues parameters, Verdict verdict, double close)
    {
        var inputs = verdict.Explanation.Inputs;
        return (verdict.Direction, verdict.Explanation.RulesHeld & SessionOver) switch
        {
            (SignalDirection.Long, _) =>
                $"it closed above the session's VWAP ({PriceText.Of(inputs[0])}) with " +
                Invariant($"{inputs[1] / inputs[2]:0.0} times the usual volume, {inputs[4]:0} minutes before the session's end"),
            (_, 0) => $"it closed at the session's VWAP or below ({PriceText.Of(inputs[0])})",
            _ => "the session is over",
        };
    }

    public Verdict? OnBar(in Bar bar)
    {
        var (session, elapsedMs) = ClockAt(bar.CloseMs);
        var rules = elapsedMs > _lengthMs ? SessionOver : Follow(bar, session, elapsedMs);
        var usualVolume = _usualVolume.Value;
        if (elapsedMs <= _lengthMs) _usualVolume.Push(bar.Volume);

        var turns = _isLong
            ? (rules & CloseAboveVwap) == 0 || (rules & SessionOver) != 0
            : rules == (CloseAboveVwap | CrossedAbove | VolumeHigh) && _range.Value > 0;
        if (!turns) return null;

        _isLong = !_isLong;
        return Explain(bar, usualVolume, elapsedMs, rules);
    }

    /// <summary>The number of the session that began last before a bar closes, and how long ago that was; above 0.</summary>
    private readonly (long Session, long ElapsedMs) ClockAt(long closeMs)
    {
        var (day, rest) = Math.DivRem(closeMs - 1 - _startMs, TimeSpan.MillisecondsPerDay);
        return rest < 0 ? (day - 1, rest + TimeSpan.MillisecondsPerDay + 1) : (day, rest + 1);
    }

    private uint Follow(in Bar bar, long session, long elapsedMs)
    {
        var isFirst = session != _session;
        _session = session;
        _vwap.Push(bar);
        _range.Push(bar);

        var isAbove = bar.Close > _vwap.Value;
        var crossed = isAbove && _wasBelow && !isFirst;
        _wasBelow = !isAbove;
        return (isAbove ? CloseAboveVwap : 0)
            | (crossed ? CrossedAbove : 0)
            | (_usualVolume.Value > 0 && bar.Volume > _volumeRatio * _usualVolume.Value ? VolumeHigh : 0)
            | (elapsedMs >= _lengthMs || (_isLong && isFirst) ? SessionOver : 0);
    }

    private readonly Verdict Explain(in Bar bar, double usualVolume, long elapsedMs, uint rules)
    {
        var left = Math.Max(_lengthMs - elapsedMs, 0);
        var isOver = (rules & SessionOver) != 0;
        var parts = _isLong
            ? Values4.Of(
                ScorePart.Of(0.4, (bar.Close - _vwap.Value) / _range.Value / FullDistance),
                ScorePart.Of(0.4, bar.Volume / usualVolume / FullVolume),
                ScorePart.Of(0.2, (double)left / _lengthMs))
            // A close below is a fact; the session's end says nothing against the idea.
            : Values4.Of(0, 0, 0, isOver ? 0.5 : 1);

        return new Verdict(
            _isLong ? SignalDirection.Long : SignalDirection.Flat,
            ScorePart.Sum(parts),
            Target: double.NaN,
            Stop: double.NaN,
            ExpiryBars: 0,
            FlipClose: isOver ? double.NaN : _vwap.CloseOnValue(bar),
            new Explanation(
                Values8.Of(_vwap.Value, bar.Volume, usualVolume, _range.Value, (double)left / TimeSpan.MillisecondsPerMinute),
                rules,
                parts));
    }
}
