using System.Globalization;

namespace AlgoStack.Trading.MarketData;

public enum GateOutcome
{
    Accepted,

    /// <summary>An exact repeat: dropped and counted.</summary>
    Duplicate,

    /// <summary>Kept out, with a reason.</summary>
    Quarantined,
}

/// <summary>What the gate says of one row. <paramref name="Reason"/> is set when it is quarantined.</summary>
public readonly record struct GateVerdict(GateOutcome Outcome, string? Reason)
{
    public static GateVerdict Accepted { get; }

    public static GateVerdict Duplicate { get; } = new(GateOutcome.Duplicate, null);

    public static GateVerdict Quarantined(string reason) => new(GateOutcome.Quarantined, reason);
}

/// <summary>
/// Decides which bars may be seen by a strategy, the same live and in replay: one call a row, in the source's own
/// order. Instruments are numbered from 0 by the caller. Only an accepted row is remembered, so that one bad row
/// does not spoil those after it.
/// </summary>
public sealed class BarGate
{
    /// <summary>A repeat of one of this many newest bars of its instrument is known as such; an older one is out of order.</summary>
    public const int RememberedBars = 64;

    // decimal, which orders are made of, holds neither more nor less to the tick.
    private const double LowestPrice = 1e-9;
    private const double HighestPrice = 1e15;
    private const double HighestVolume = 1e18;

    private static readonly long EarliestMs = new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private readonly List<Recent> _recent = [];

    /// <param name="instrument">The caller's number of the instrument, from 0.</param>
    /// <param name="bar">The row; its time may be the bar's start or close, as long as it is always the same.</param>
    /// <param name="latestMs">The session's clock: a later time is in the future.</param>
    public GateVerdict Check(int instrument, in Bar bar, long latestMs)
    {
        if (Impossible(bar) is { } impossible) return GateVerdict.Quarantined(impossible);
        if (bar.CloseMs < EarliestMs) return GateVerdict.Quarantined(GateReason.BadTime);
        if (bar.CloseMs > latestMs) return GateVerdict.Quarantined(GateReason.FutureTime);

        return CheckOrder(instrument, bar);
    }

    /// <summary>The same of a bar whose values are not judged, since some may be missing.</summary>
    public GateVerdict CheckOrder(int instrument, in Bar bar)
    {
        while (_recent.Count <= instrument) _recent.Add(new Recent());
        return _recent[instrument].Admit(bar);
    }

    /// <summary>The reason in words, with what was found. Made only for the rows whose detail is kept.</summary>
    public static string Explain(string reason, in Bar bar) => reason switch
    {
        GateReason.NotANumber => Found("expected finite numbers", bar),
        GateReason.NonPositivePrice => Found("expected prices above zero", bar),
        GateReason.PriceOutOfRange => Found(
            string.Create(CultureInfo.InvariantCulture, $"expected prices from {LowestPrice:g} to {HighestPrice:g} and volume to {HighestVolume:g}"), bar),
        GateReason.NegativeVolume => Found("expected a volume of zero or more", bar),
        GateReason.ImpossibleOhlc => Found("expected low <= open, close <= high", bar),
        GateReason.BadTime => Found("expected a time from 1900 on", bar),
        GateReason.FutureTime => Found("the time is after the session's clock", bar),
        GateReason.OutOfOrder => Found("a later bar of this instrument came before it", bar),
        GateReason.ConflictingDuplicate => Found("another bar of this instrument and time came before it with other values", bar),
        GateReason.Late => Found("its instant had been announced already", bar),
        _ => Found(reason, bar),
    };

    private static string Found(string expected, in Bar bar) => string.Create(
        CultureInfo.InvariantCulture,
        $"{expected}, found time {Time(bar.CloseMs)}, open {bar.Open}, high {bar.High}, low {bar.Low}, close {bar.Close}, volume {bar.Volume}");

    private static string Time(long ms) =>
        ms is < -62_135_596_800_000 or > 253_402_300_799_999
            ? ms.ToString(CultureInfo.InvariantCulture)
            : DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string? Impossible(in Bar bar)
    {
        // One sum tells whether any of the five is NaN or infinite: either survives addition.
        var sum = bar.Open + bar.High + bar.Low + bar.Close + bar.Volume;
        if (!double.IsFinite(sum) && !AllFinite(bar)) return GateReason.NotANumber;
        if (bar.Open <= 0 || bar.High <= 0 || bar.Low <= 0 || bar.Close <= 0) return GateReason.NonPositivePrice;
        if (bar.Volume < 0) return GateReason.NegativeVolume;
        if (bar.High < bar.Low || bar.High < bar.Open || bar.High < bar.Close || bar.Low > bar.Open || bar.Low > bar.Close)
        {
            return GateReason.ImpossibleOhlc;
        }

        return bar.Low < LowestPrice || bar.High > HighestPrice || bar.Volume > HighestVolume ? GateReason.PriceOutOfRange : null;
    }

    // The sum of finite numbers may overflow to infinity as well.
    private static bool AllFinite(in Bar bar) =>
        double.IsFinite(bar.Open) && double.IsFinite(bar.High) && double.IsFinite(bar.Low)
        && double.IsFinite(bar.Close) && double.IsFinite(bar.Volume);

    /// <summary>The newest accepted bars of one instrument, times rising.</summary>
    private sealed class Recent
    {
        private Bar[] _bars = new Bar[1];
        private int _count;

        public GateVerdict Admit(in Bar bar)
        {
            if (_count > 0 && bar.CloseMs <= _bars[(_count - 1) & (_bars.Length - 1)].CloseMs) return Repeat(bar);

            if (_count >= _bars.Length && _bars.Length < RememberedBars) Array.Resize(ref _bars, RememberedBars);
            _bars[_count++ & (_bars.Length - 1)] = bar;
            return GateVerdict.Accepted;
        }

        private GateVerdict Repeat(in Bar bar)
        {
            for (var i = _count - 1; i >= Math.Max(0, _count - _bars.Length); i--)
            {
                var known = _bars[i & (_bars.Length - 1)];
                if (known.CloseMs > bar.CloseMs) continue;
                if (known.CloseMs < bar.CloseMs) break;
                return known == bar ? GateVerdict.Duplicate : GateVerdict.Quarantined(GateReason.ConflictingDuplicate);
            }

            return GateVerdict.Quarantined(GateReason.OutOfOrder);
        }
    }
}
