using System.Globalization;
using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// Commits sessions. A session that saves while no other does has a transaction of its own. Those that come meanwhile wait,
/// and one of them, the leader, takes the others along in its transaction: one call, one commit, one flush of the server's
/// disk for all of them. Each still gets its own success or error: a transaction that is refused for the sake of some is done
/// again without them, and they are saved by themselves.
/// </summary>
/// <param name="mostDelay">See <see cref="EventStoreOptions.MostCoalescingDelay"/>.</param>
internal sealed class SessionSaves(EventLog log, TimeSpan mostDelay)
{
    /// <summary>
    /// With so many waiting a second transaction is made up while the server works on the first; with fewer, one larger one
    /// costs less.
    /// </summary>
    private const int WorthASecond = 24;

    private const int MostSharedSessions = 40;
    private const int MostSharedEvents = 1_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<WaitingSave> _waiting = new();
    private readonly HashSet<WaitingSave> _leaders = [];
    private volatile bool _lastWasShared;

    /// <exception cref="Exception">As <see cref="EventSession.SaveChangesAsync"/>.</exception>
    public async Task SaveAsync(PendingSave save, CancellationToken cancellationToken)
    {
        if (mostDelay == TimeSpan.Zero || log.Inline.Count > 0 || !save.IsShareable)
        {
            await SaveAloneAsync(save, cancellationToken);
            return;
        }

        var own = new WaitingSave(save);
        if (!LeadsAtOnce(own) && !await GetsToLeadAsync(own, cancellationToken)) return;

        try
        {
            // Those that have just been saved together come back together, if they are let.
            if (_lastWasShared) await Task.Yield();
            var member = new WaitingSave(save);
            var group = TakeAlong(member);
            _lastWasShared = group.Count > 1;
            if (group.Count == 1)
            {
                await SaveAloneAsync(save, cancellationToken);
                return;
            }

            // The transaction is others' as well: it does not end with this caller's patience.
            await SaveTogetherAsync(group);
            await member.Turn.Task;
        }
        finally
        {
            PassLeadOn(own);
        }
    }

    private bool LeadsAtOnce(WaitingSave own)
    {
        lock (_gate)
        {
            if (CanLead(_waiting.Count + 1)) return _leaders.Add(own);

            _waiting.AddLast(own);
            return false;
        }
    }

    private bool CanLead(int waiting) => _leaders.Count == 0 || (_leaders.Count == 1 && waiting >= WorthASecond);

    /// <summary>True when it leads; false when another has saved it.</summary>
    private async Task<bool> GetsToLeadAsync(WaitingSave own, CancellationToken cancellationToken)
    {
        await ((Task)own.Turn.Task).WaitAsync(mostDelay, log.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            if (_waiting.Remove(own))
            {
                cancellationToken.ThrowIfCancellationRequested();

                // Whoever leads is held up, by a stream that somebody else has: they do not hold up everybody else.
                _leaders.Clear();
                return _leaders.Add(own);
            }
        }

        return await own.Turn.Task;
    }

    /// <summary>The one, and of those that wait all that can be in one transaction with it.</summary>
    private List<WaitingSave> TakeAlong(WaitingSave own)
    {
        var group = new List<WaitingSave> { own };
        lock (_gate)
        {
            if (_waiting.Count == 0) return group;

            var streams = new SharedStreams();
            streams.TryAdd(own.Save.Events);
            for (var node = _waiting.First; node is not null && group.Count < MostSharedSessions;)
            {
                var next = node.Next;
                if (streams.Events + node.Value.Save.Events.Count > MostSharedEvents) break;
                if (streams.TryAdd(node.Value.Save.Events))
                {
                    _waiting.Remove(node);
                    group.Add(node.Value);
                }

                node = next;
            }
        }

        return group;
    }

    private void PassLeadOn(WaitingSave own)
    {
        lock (_gate)
        {
            if (!_leaders.Remove(own) || _waiting.First is not { } next || !CanLead(_waiting.Count)) return;

            _waiting.Remove(next);
            _leaders.Add(next.Value);
            next.Value.Turn.SetResult(true);
        }
    }

    private async Task SaveTogetherAsync(List<WaitingSave> group)
    {
        while (group.Count > 1)
        {
            try
            {
                await WriteAsync(group.ConvertAll(w => w.Save), CancellationToken.None);
                foreach (var saved in group) saved.Turn.SetResult(false);
                return;
            }
            catch (PostgresException e) when (SaveRefusal.IsRolledBack(e))
            {
                var stream = SaveRefusal.StreamOf(e);
                var refused = group.FindAll(w => stream is null || w.Save.Events.Touches(stream));
                group.RemoveAll(refused.Contains);
                foreach (var one in refused) _ = SaveApartAsync(one);
            }
#pragma warning disable CA1031 // Whatever it is, it is for each of them to hear.
            catch (Exception e)
#pragma warning restore CA1031
            {
                foreach (var unknown in group) unknown.Turn.SetException(e);
                return;
            }
        }

        foreach (var last in group) _ = SaveApartAsync(last);
    }

    private async Task SaveApartAsync(WaitingSave waiting)
    {
        try
        {
            await SaveAloneAsync(waiting.Save, CancellationToken.None);
            waiting.Turn.SetResult(false);
        }
#pragma warning disable CA1031 // It is for the session to hear.
        catch (Exception e)
#pragma warning restore CA1031
        {
            waiting.Turn.SetException(e);
        }
    }

    private async Task SaveAloneAsync(PendingSave save, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync([save], cancellationToken);
        }
        catch (PostgresException e)
        {
            if (SaveRefusal.From(e, save.Received) is { } refusal) throw refusal;
            throw;
        }
    }

    private async Task WriteAsync(List<PendingSave> saves, CancellationToken cancellationToken)
    {
        var append = saves.Exists(s => s.Events.Count > 0) ? new Append(saves, log) : null;
        await using var connection = await log.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        if (saves.Count > 1) batch.BatchCommands.Add(BoundWaits());
        foreach (var save in saves) save.FillBefore(batch);
        if (append is not null) batch.BatchCommands.Add(append.Command);

        await using var after = append is { IsCopied: true } ? new NpgsqlBatch(connection) : batch;
        foreach (var save in saves) save.FillAfter(after, log.StreamIdentity);

        var enlisted = saves.SelectMany(s => s.Enlisted).ToList();
        if (enlisted.Count == 0 && (append is null || (!append.IsCopied && log.Inline.Count == 0)))
        {
            // A batch without a transaction is one.
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var work in enlisted) await work(connection, transaction, cancellationToken);
        if (append is null)
        {
            if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        else
        {
            var places = await ExecuteAsync(batch, cancellationToken);
            if (append.IsCopied)
            {
                await append.CopyAsync(connection, places, cancellationToken);
                if (after.BatchCommands.Count > 0) await after.ExecuteNonQueryAsync(cancellationToken);
            }

            if (log.Inline.Count > 0) await ProjectAsync(append.Stored(places), connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private async Task ProjectAsync(
        List<StoredEvent> stored, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var projection in log.Inline)
        {
            var events = projection.Select(stored);
            if (events.Count > 0) await projection.ApplyAsync(events, connection, transaction, cancellationToken);
        }
    }

    /// <summary>A stream that somebody else holds is not waited for by those that do not need it.</summary>
    private NpgsqlBatchCommand BoundWaits() => new("select set_config('lock_timeout', $1, true)")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = string.Create(CultureInfo.InvariantCulture, $"{mostDelay.TotalMilliseconds:F0}ms") } },
    };

    private static async Task<Append.Places> ExecuteAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var places = default(Append.Places);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            // What goes with the events may return rows too.
            if (reader.FieldCount == 0 || reader.GetName(0) != Append.SequencesColumn) continue;

            await reader.ReadAsync(cancellationToken);
            places = new Append.Places(reader.GetFieldValue<long[]>(0), reader.GetFieldValue<long[]>(1));
        }
        while (await reader.NextResultAsync(cancellationToken));

        return places;
    }

    /// <param name="save">Not changed by its session until the turn has come to an end.</param>
    private sealed class WaitingSave(PendingSave save)
    {
        public PendingSave Save { get; } = save;

        /// <summary>True: it leads. False: it is saved.</summary>
        public TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>What the sessions of one transaction make of their streams.</summary>
    private sealed class SharedStreams
    {
        /// <summary>By stream, the version it will be at, where its first session said where it must be.</summary>
        private readonly Dictionary<string, long?> _versions = new(StringComparer.Ordinal);

        public int Events { get; private set; }

        /// <summary>False when it expects what these sessions do not make of a stream: it waits and sees.</summary>
        public bool TryAdd(PendingEvents events)
        {
            foreach (var stream in events.Streams)
                if (stream.Expected is not null && _versions.TryGetValue(stream.Id, out var version) && version != stream.Expected) return false;

            foreach (var stream in events.Streams)
                _versions[stream.Id] = (_versions.TryGetValue(stream.Id, out var version) ? version : stream.Expected) + stream.Count;

            Events += events.Count;
            return true;
        }
    }
}
