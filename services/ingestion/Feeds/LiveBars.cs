using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>
/// Turns updates of running bars into instants: decides when a bar is final, and gathers the bars of one close until all
/// instruments have theirs or have been waited for long enough. Times are Unix milliseconds.
/// </summary>
/// <param name="announcedMs">The newest instant that was announced before; nothing follows at or before it.</param>
internal sealed class LiveBars(long announcedMs)
{
    /// <summary>After a bar's end, where the venue does not say that it is final: a last trade may still be on its way.</summary>
    public static readonly TimeSpan FormingGrace = TimeSpan.FromSeconds(2);

    /// <summary>After an instant, for the instruments that are late.</summary>
    public static readonly TimeSpan InstantGrace = TimeSpan.FromSeconds(5);

    private readonly Dictionary<int, Bar> _forming = [];
    private readonly SortedDictionary<long, List<InstrumentBar>> _instants = [];

    /// <summary>The newest instant given out.</summary>
    public long AnnouncedMs { get; private set; } = announcedMs;

    /// <summary>Instruments that are waited for.</summary>
    public int Expected { get; set; }

    /// <summary>A running bar as it stands; gives the bar before it, which is final now, if there is one.</summary>
    public Bar? Update(int instrument, in Bar bar)
    {
        if (!_forming.TryGetValue(instrument, out var known))
        {
            _forming[instrument] = bar;
            return null;
        }

        if (bar.CloseMs < known.CloseMs) return null;
        _forming[instrument] = bar;
        return bar.CloseMs > known.CloseMs ? known : null;
    }

    /// <summary>Running bars whose time is over: final now.</summary>
    public IReadOnlyList<InstrumentBar> Finish(long nowMs)
    {
        var over = _forming.Where(f => f.Value.CloseMs + (long)FormingGrace.TotalMilliseconds <= nowMs)
            .Select(f => new InstrumentBar(f.Key, f.Value))
            .ToList();
        foreach (var bar in over) _forming.Remove(bar.Instrument);
        return over;
    }

    /// <summary>The connection was lost: what is running would end incomplete.</summary>
    public void Forget(int instrument) => _forming.Remove(instrument);

    /// <summary>Takes a final bar that has passed the gate. False when its instant has been given out already.</summary>
    public bool Add(in InstrumentBar bar)
    {
        if (bar.Bar.CloseMs <= AnnouncedMs) return false;

        if (!_instants.TryGetValue(bar.Bar.CloseMs, out var instant)) _instants.Add(bar.Bar.CloseMs, instant = []);
        instant.Add(bar);
        return true;
    }

    /// <summary>The oldest instant that is complete or has been waited for, or null.</summary>
    public List<InstrumentBar>? Next(long nowMs)
    {
        if (_instants.Count == 0) return null;

        var (closeMs, instant) = _instants.First();
        if (instant.Count < Expected && nowMs < closeMs + (long)InstantGrace.TotalMilliseconds) return null;

        _instants.Remove(closeMs);
        AnnouncedMs = closeMs;
        return instant;
    }
}
