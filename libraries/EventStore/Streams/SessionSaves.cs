using System.Globalization;
using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// Commits sessions. As long as few do so at once, each has a transaction of its own. Those that come while all places are
/// taken wait, and whoever gets the next place takes as many as it can along in its transaction: one call, one commit, one
/// flush of the server's disk for all of them. Each still gets its own success or error: a transaction that is refused for
/// the sake of some is done again without them, and they are saved by themselves.
/// </summary>
/// <param name="mostDelay">See <see cref="EventStoreOptions.MostCoalescingDelay"/>.</param>
internal sealed class SessionSaves(EventLog log, TimeSpan mostDelay)
{
    /// <summary>While the server works on one transaction, the next is made up.</summary>
    private const int Places = 2;

    private const int MostSharedEvents = 1_000;

    private readonly Lock _gate = new();
    private readonly LinkedList<WaitingSave> _waiting = new();
    private int _freePlaces = Places;

    /// <exception cref="Exception">As <see cref="EventSession.SaveChangesAsync"/>.</exception>
    public async Task SaveAsync(PendingSave save, CancellationToken cancellationToken)
    {
        if (mostDelay == TimeSpan.Zero || log.Inline.Count > 0 || !save.IsShareable)
        {
            await SaveAloneAsync(save, cancellationToken);
            return;
        }

        if (TakePlaceOrWait(save) is { } waiting && !await GetsPlaceAsync(waiting, cancellationToken)) return;

        try
        {
            var own = new WaitingSave(save);
            var group = TakeAlong(own);
            if (group.Count == 1)
            {
                await SaveAloneAsync(save, cancellationToken);
                return;
            }

            // The transaction is others' as well: it does not end with this caller's patience.
            await SaveTogetherAsync(group);
            await own.Turn.Task;
        }
        finally
        {
            PassPlaceOn();
        }
    }

    private WaitingSave? TakePlaceOrWait(PendingSave save)
    {
        lock (_gate)
        {
            if (_freePlaces > 0)
            {
                _freePlaces--;
                return null;
            }

            var waiting = new WaitingSave(save);
            _waiting.AddLast(waiting);
            return waiting;
        }
    }

    /// <summary>True when it has a place to save from; false when it is saved, with others or, after too long a wait, alone.</summary>
    private async Task<bool> GetsPlaceAsync(WaitingSave waiting, CancellationToken cancellationToken)
    {
        await ((Task)waiting.Turn.Task).WaitAsync(mostDelay, log.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!TryWithdraw(waiting)) return await waiting.Turn.Task;

        await SaveAloneAsync(waiting.Save, cancellationToken);
        return false;
    }

    /// <summary>False when it has been taken along or been given a place.</summary>
    private bool TryWithdraw(WaitingSave waiting)
    {
        lock (_gate) return _waiting.Remove(waiting);
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
            for (var node = _waiting.First; node is not null;)
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

    private void PassPlaceOn()
    {
        lock (_gate)
        {
            if (_waiting.First is { } next)
            {
                _waiting.Remove(next);
                next.Value.Turn.SetResult(true);
            }
            else
            {
                _freePlaces++;
            }
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
        var statements = AppendStatement.Of(saves, log);
        await using var connection = await log.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        if (saves.Count > 1) batch.BatchCommands.Add(BoundWaits());
        foreach (var save in saves) save.FillBefore(batch);
        foreach (var statement in statements) batch.BatchCommands.Add(statement.Command);
        foreach (var save in saves) save.FillAfter(batch, log.StreamIdentity);

        var enlisted = saves.SelectMany(s => s.Enlisted).ToList();
        if (enlisted.Count == 0 && (statements.Count == 0 || log.Inline.Count == 0))
        {
            // A batch without a transaction is one.
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var work in enlisted) await work(connection, transaction, cancellationToken);
        var stored = batch.BatchCommands.Count == 0 ? [] : await ExecuteAsync(batch, statements, cancellationToken);
        foreach (var projection in log.Inline)
        {
            var events = projection.Select(stored);
            if (events.Count > 0) await projection.ApplyAsync(events, connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A stream that somebody else holds is not waited for by those that do not need it.</summary>
    private NpgsqlBatchCommand BoundWaits() => new("select set_config('lock_timeout', $1, true)")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = string.Create(CultureInfo.InvariantCulture, $"{mostDelay.TotalMilliseconds:F0}ms") } },
    };

    private static async Task<List<StoredEvent>> ExecuteAsync(
        NpgsqlBatch batch, List<AppendStatement> statements, CancellationToken cancellationToken)
    {
        var stored = new List<StoredEvent>();
        var next = 0;
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            if (reader.FieldCount == 0 || reader.GetName(0) != AppendStatement.SequencesColumn) continue;

            await reader.ReadAsync(cancellationToken);
            stored.AddRange(statements[next++].Stored(reader.GetFieldValue<long[]>(0), reader.GetFieldValue<long[]>(1)));
        }
        while (await reader.NextResultAsync(cancellationToken));

        return stored;
    }

    /// <param name="save">Not changed by its session until the turn has come to an end.</param>
    private sealed class WaitingSave(PendingSave save)
    {
        public PendingSave Save { get; } = save;

        /// <summary>True: it has a place and saves itself. False: it is saved.</summary>
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
