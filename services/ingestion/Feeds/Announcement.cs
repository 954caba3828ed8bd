using System.Collections.Concurrent;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Tape;
using AlgoStack.ServiceDefaults.Messaging;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>
/// Announces one session's batches in the order of the journal, each after its commit and until the broker has it.
/// The newest are kept in memory; what is not there is read back from the tape.
/// </summary>
internal sealed class Announcement
{
    /// <summary>Batches that a replay runs ahead of what has been announced, and that are kept in memory: about 10 MB.</summary>
    public const int MostAhead = 64;

    /// <summary>Progress is written this often at most: what is lost with it is published twice, and known by its sequence.</summary>
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private readonly string _sessionId;
    private readonly OrderedPublisher _publisher;
    private readonly BatchReader _reader;
    private readonly SessionStore _sessions;
    private readonly DatabaseOutage _outage;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<long, BarsClosed> _memory = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource _moved = NewSignal();
    private long _journaled;
    private long _published;

    public Announcement(
        string sessionId,
        (long Journaled, long Published) progress,
        OrderedPublisher publisher,
        BatchReader reader,
        SessionStore sessions,
        DatabaseOutage outage,
        TimeProvider clock)
    {
        _sessionId = sessionId;
        (_journaled, _published) = progress;
        _publisher = publisher;
        _reader = reader;
        _sessions = sessions;
        _outage = outage;
        _clock = clock;
    }

    /// <summary>The batch has been committed.</summary>
    public void Journaled(BarsClosed batch)
    {
        if (_memory.Count < MostAhead) _memory[batch.Sequence] = batch;
        Move(() => _journaled = batch.Sequence);
    }

    /// <summary>Returns when the announcement has come close enough to the journal's end.</summary>
    public Task HasRoomAsync(CancellationToken cancellationToken) =>
        UntilAsync(() => _journaled - _published < MostAhead, cancellationToken);

    /// <summary>Returns when all that is in the journal has been announced.</summary>
    public Task IsThroughAsync(CancellationToken cancellationToken) => UntilAsync(() => _journaled == _published, cancellationToken);

    /// <summary>Announces until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var saved = _published;
        var savedAt = _clock.GetTimestamp();
        while (true)
        {
            if (_published < _journaled)
            {
                await AnnounceAsync(_published + 1, cancellationToken);
            }

            var idle = _published == _journaled;
            if (saved < _published && (idle || _clock.GetElapsedTime(savedAt) > ProgressInterval))
            {
                saved = _published;
                savedAt = _clock.GetTimestamp();
                await _outage.OutlastAsync(
                    token => _sessions.PublishedAsync(_sessionId, BatchCutter.Partition, saved, token), cancellationToken);
            }

            if (idle) await UntilAsync(() => _published < _journaled, cancellationToken);
        }
    }

    private async Task AnnounceAsync(long sequence, CancellationToken cancellationToken)
    {
        if (_memory.TryRemove(sequence, out var batch))
        {
            await PublishAsync(batch, cancellationToken);
            return;
        }

        var page = await _outage.OutlastAsync(
            async token =>
            {
                var batches = new List<BarsClosed>();
                var last = Math.Min(_journaled, sequence + BatchReader.PageBatches - 1);
                await foreach (var read in _reader.ReadAsync(_sessionId, BatchCutter.Partition, sequence, last, token)) batches.Add(read);
                return batches;
            },
            cancellationToken);
        if (page.Count == 0) throw new InvalidDataException($"Session {_sessionId}: expected batch {sequence} in the journal, found none.");

        foreach (var read in page)
        {
            _memory.TryRemove(read.Sequence, out _);
            await PublishAsync(read, cancellationToken);
        }
    }

    private async Task PublishAsync(BarsClosed batch, CancellationToken cancellationToken)
    {
        var id = OrderedTopology.MessageId(typeof(BarsClosed), batch.SessionId, batch.Partition, batch.Sequence);
        await _publisher.PublishAsync(batch, batch.Partition, id, cancellationToken);
        Move(() => _published = batch.Sequence);
    }

    private void Move(Action change)
    {
        TaskCompletionSource moved;
        lock (_lock)
        {
            change();
            moved = _moved;
            _moved = NewSignal();
        }

        moved.SetResult();
    }

    private async Task UntilAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (condition()) return;
                moved = _moved.Task;
            }

            await moved.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
