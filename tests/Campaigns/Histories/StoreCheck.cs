
namespace AlgoStack.Campaigns.Histories;

/// <summary>
/// What must hold of a store at any moment, whatever was killed: every session that was told it is saved is there once
/// and whole, none that was refused is there, none is there in part; versions have no gaps; each follower has handled
/// exactly the log up to its progress, in order.
/// </summary>
internal static class StoreCheck
{
    /// <param name="saved">Told that they are saved before the snapshot was taken.</param>
    /// <param name="refused">Told that they are not.</param>
    /// <param name="inlinePrefix">Begins the names of sessions whose process projects inline.</param>
    public static IEnumerable<string> Of(StoreSnapshot store, IReadOnlyCollection<string> saved, IReadOnlyCollection<string> refused, string inlinePrefix) =>
    [
        .. Streams(store),
        .. Sessions(store, saved, refused),
        .. Inbox(store),
        .. Ledger(store),
        .. Tallies("tallies", store.Tallies, UpTo(store, "Tallies:All")),
        .. Tallies("inline_tallies", store.InlineTallies, store.Log.Where(e => e.Entry.Session.StartsWith(inlinePrefix, StringComparison.Ordinal))),
    ];

    /// <summary>What the subscription was told, in the order of the telling: the log, in order, some of it again, none of it left out.</summary>
    public static IEnumerable<string> Told(IReadOnlyList<LoggedEntry> log, IEnumerable<Telling> tellings)
    {
        var next = new Dictionary<long, long>(log.Count) { [0] = log.Count > 0 ? log[0].Sequence : 0 };
        for (var i = 0; i + 1 < log.Count; i++) next.Add(log[i].Sequence, log[i + 1].Sequence);
        var last = 0L;
        var furthest = 0L;
        foreach (var telling in tellings.OrderBy(t => t.At))
        {
            foreach (var sequence in telling.Sequences)
            {
                var follows = next.TryGetValue(last, out var expected) && sequence == expected;
                if (!follows && sequence > last) yield return $"told: after {last} came {sequence}, expected {expected} or one told before";
                last = sequence;
                furthest = Math.Max(furthest, last);
            }
        }

        if (log.Count > 0 && furthest != log[^1].Sequence) yield return $"told: ended at {furthest}, the log at {log[^1].Sequence}";
    }

    private static IEnumerable<string> Streams(StoreSnapshot store)
    {
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var e in store.Log)
        {
            var before = versions.GetValueOrDefault(e.Stream);
            if (e.Version != before + 1) yield return $"stream {e.Stream}: after version {before} comes {e.Version} (sequence {e.Sequence})";
            versions[e.Stream] = e.Version;
        }

        foreach (var (stream, version) in store.StreamVersions)
        {
            if (versions.GetValueOrDefault(stream) != version) yield return $"stream {stream}: its row says version {version}, its events {versions.GetValueOrDefault(stream)}";
        }
    }

    private static IEnumerable<string> Sessions(StoreSnapshot store, IReadOnlyCollection<string> saved, IReadOnlyCollection<string> refused)
    {
        var sessions = store.Log.GroupBy(e => e.Entry.Session, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        foreach (var (name, events) in sessions)
        {
            if (!events.Select(e => e.Entry.Part).SequenceEqual(Enumerable.Range(1, events[0].Entry.Parts)))
                yield return $"session {name}: of {events[0].Entry.Parts} events the log holds {string.Join(", ", events.Select(e => e.Entry.Part))}";
            foreach (var e in events)
            {
                if (e.Entry.After is { } after && e.Version != after + 1)
                    yield return $"session {name}: appended at version {e.Version} of {e.Stream}, expected {after + 1}";
            }
        }

        foreach (var name in saved)
        {
            if (!sessions.ContainsKey(name)) yield return $"session {name}: told that it is saved, and lost";
        }

        foreach (var name in refused)
        {
            if (sessions.ContainsKey(name)) yield return $"session {name}: told that it is refused, and there";
        }
    }

    private static IEnumerable<string> Inbox(StoreSnapshot store)
    {
        var events = store.Log.Select(e => e.Entry.Message).OfType<int>().Order().ToList();
        foreach (var twice in events.CountBy(m => m).Where(m => m.Value > 1)) yield return $"message {twice.Key}: took effect {twice.Value} times";
        if (!store.Effects.SequenceEqual(events)) yield return $"messages: {store.Effects.Count} effects, {events.Count} events";
        if (!store.Inbox.Order().SequenceEqual(events)) yield return $"messages: {store.Inbox.Count} in the inbox, {events.Count} events";
    }

    private static IEnumerable<string> Ledger(StoreSnapshot store)
    {
        var expected = UpTo(store, "Ledger:All").Select(e => e.Sequence).ToList();
        if (store.Ledger.SequenceEqual(expected)) yield break;

        var at = store.Ledger.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
        yield return $"ledger: {store.Ledger.Count} rows for {expected.Count} events; "
            + $"row {at + 1} is {(at < store.Ledger.Count ? store.Ledger[at] : "missing")}, expected {(at < expected.Count ? expected[at] : "none")}";
    }

    private static IEnumerable<string> Tallies(string table, IReadOnlyDictionary<string, StreamTally> tallies, IEnumerable<LoggedEntry> events)
    {
        var expected = events.GroupBy(e => e.Stream, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new StreamTally(g.LongCount(), g.Max(e => e.Version)), StringComparer.Ordinal);
        foreach (var stream in expected.Keys.Union(tallies.Keys, StringComparer.Ordinal))
        {
            if (expected.GetValueOrDefault(stream) != tallies.GetValueOrDefault(stream))
                yield return $"{table}: {stream} has {tallies.GetValueOrDefault(stream)}, expected {expected.GetValueOrDefault(stream)}";
        }
    }

    private static IEnumerable<LoggedEntry> UpTo(StoreSnapshot store, string shard)
    {
        var last = store.Progress.GetValueOrDefault(shard);
        return store.Log.Where(e => e.Sequence <= last);
    }
}
