namespace AlgoStack.Campaigns.Histories;

/// <summary>
/// Checks a history of appends to lists and reads of them for strict serializability, in the manner of Elle: because each
/// element is unique and lists only grow, the final lists tell in which order sessions wrote, and each read tells between
/// which two it came. That gives a graph of who came before whom:
/// <list type="bullet">
/// <item>write, write: the sessions of two neighbouring elements of a list;</item>
/// <item>write, read: the session of the last element that a read found, and the read;</item>
/// <item>read, write: a read, and the session of the first element that it did not find;</item>
/// <item>real time: what had ended before something else began.</item>
/// </list>
/// A cycle in it is an anomaly: a lost update, a stale read, two sessions that each came before the other. A read that is
/// not a prefix of the final list saw what was rolled back, or an order that did not last; one that ends inside a session
/// saw half of it. Sessions of unknown outcome are taken for what the log says, at any time.
/// </summary>
internal sealed class ListAppend
{
    private readonly List<string> _names = [];
    private readonly List<List<int>> _after = [];
    private readonly Dictionary<string, int> _sessions = new(StringComparer.Ordinal);
    private readonly List<(Interval During, int Node)> _timed = [];
    private readonly List<string> _violations = [];

    private ListAppend()
    {
    }

    public static IReadOnlyList<string> Check(
        IEnumerable<LoggedEntry> log, IEnumerable<KeyValuePair<string, Interval>> saved, IEnumerable<ListRead> reads)
    {
        var check = new ListAppend();
        var lists = log.GroupBy(e => e.Stream, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.OrderBy(e => e.Version).Select(e => e.Entry.Session).ToList(), StringComparer.Ordinal);
        foreach (var list in lists.Values) check.AddWrites(list);
        foreach (var (session, during) in saved)
        {
            if (check._sessions.TryGetValue(session, out var node)) check._timed.Add((during, node));
        }

        foreach (var group in reads.GroupBy(r => r.Stream, StringComparer.Ordinal))
            check.AddReads(lists.GetValueOrDefault(group.Key, []), [.. group]);
        check.AddTime();
        check.FindCycle();
        return check._violations;
    }

    private void AddWrites(List<string> list)
    {
        for (var i = 0; i < list.Count; i++)
        {
            if (!_sessions.ContainsKey(list[i])) _sessions.Add(list[i], NewNode($"session {list[i]}"));
            if (i > 0 && list[i] != list[i - 1]) Before(_sessions[list[i - 1]], _sessions[list[i]]);
        }
    }

    private void AddReads(List<string> list, List<ListRead> reads)
    {
        var prefixes = new ListHash[list.Count + 1];
        prefixes[0] = ListHash.Empty;
        for (var i = 0; i < list.Count; i++) prefixes[i + 1] = prefixes[i].With(list[i]);

        foreach (var read in reads)
        {
            var what = $"read of {read.Count} of {read.Stream}";
            if (read.Count > list.Count)
            {
                _violations.Add($"{what}: the final list has {list.Count}");
                continue;
            }

            var last = read.Count > 0 ? list[read.Count - 1] : null;
            if ((read.Hash is { } hash && hash != prefixes[read.Count]) || (read.Last is not null && read.Last != last))
            {
                _violations.Add($"{what}: it is no prefix of the final list");
                continue;
            }

            var next = read.Count < list.Count ? list[read.Count] : null;
            if (last is not null && last == next) _violations.Add($"{what}: it ends inside session {last}");

            var node = NewNode(what);
            _timed.Add((read.During, node));
            if (last is not null) Before(_sessions[last], node);
            if (next is not null) Before(node, _sessions[next]);
        }
    }

    /// <summary>A node for every ending, in a chain: what begins comes after the newest ending before it, and so after all.</summary>
    private void AddTime()
    {
        var endings = _timed.OrderBy(t => t.During.Completed).ToArray();
        var times = new int[endings.Length];
        for (var i = 0; i < endings.Length; i++)
        {
            times[i] = NewNode("");
            Before(endings[i].Node, times[i]);
            if (i > 0) Before(times[i - 1], times[i]);
        }

        var newest = -1;
        foreach (var (during, node) in _timed.OrderBy(t => t.During.Invoked))
        {
            while (newest + 1 < endings.Length && endings[newest + 1].During.Completed < during.Invoked) newest++;
            if (newest >= 0) Before(times[newest], node);
        }
    }

    /// <summary>Takes away what nothing comes before, again and again; what is left holds a cycle.</summary>
    private void FindCycle()
    {
        var before = new int[_names.Count];
        foreach (var node in _after.SelectMany(a => a)) before[node]++;
        var free = new Queue<int>(Enumerable.Range(0, before.Length).Where(n => before[n] == 0));
        var taken = 0;
        while (free.TryDequeue(out var node))
        {
            taken++;
            foreach (var next in _after[node])
            {
                if (--before[next] == 0) free.Enqueue(next);
            }
        }

        if (taken < _names.Count) _violations.Add($"cycle: {string.Join(" before ", Cycle(before))}");
    }

    private IEnumerable<string> Cycle(int[] before)
    {
        // Each node that is left has one before it that is left; going back along these comes round.
        var left = Enumerable.Range(0, before.Length).Where(n => before[n] > 0).ToHashSet();
        var previous = new Dictionary<int, int>();
        foreach (var node in left)
        {
            foreach (var next in _after[node].Where(left.Contains)) previous[next] = node;
        }

        var path = new List<int>();
        var seen = new HashSet<int>();
        var at = left.First();
        while (seen.Add(at))
        {
            path.Add(at);
            at = previous[at];
        }

        path.Add(at);
        return Enumerable.Reverse(path.SkipWhile(n => n != at)).Select(n => _names[n]).Where(n => n.Length > 0);
    }

    private int NewNode(string name)
    {
        _names.Add(name);
        _after.Add([]);
        return _names.Count - 1;
    }

    private void Before(int first, int second) => _after[first].Add(second);
}
