using System.Diagnostics;
using AlgoStack.Benchmarks.Limits;
using AlgoStack.Benchmarks.Measuring;
using AlgoStack.EventStore.Chain;
using AlgoStack.EventStore.Projections;
using Npgsql;

namespace AlgoStack.Benchmarks.EventStore;

/// <summary>The event store's lines of the table.</summary>
internal sealed class EventStoreSuite : IAsyncDisposable
{
    private const int EventsPerStream = 10;
    private const int BatchStreams = 10;
    private const int MostWriters = 64;

    private static readonly TimeSpan LongTime = TimeSpan.FromMinutes(1);

    private readonly BenchmarkStore _store;
    private readonly Sizes _sizes;
    private readonly NpgsqlDataSource _source;
    private readonly EventTableLimits _limits;
    private int _runs;

    public EventStoreSuite(BenchmarkStore store, Sizes sizes)
    {
        _store = store;
        _sizes = sizes;
        _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(store.ConnectionString)
        {
            SearchPath = store.Schema,
            MaxPoolSize = MostWriters,
            MaxAutoPrepare = 50,
            NoResetOnClose = true,
        });
        _limits = new EventTableLimits(_source, store.Log.Types.Json);
    }

    /// <summary>How much work a run does.</summary>
    /// <param name="Sessions">Of one event, over all writers.</param>
    /// <param name="BatchedEvents">Appended in batches.</param>
    /// <param name="LogEvents">In the log that is read.</param>
    /// <param name="Reads">Of one stream.</param>
    internal sealed record Sizes(int Sessions, int BatchedEvents, int LogEvents, int Reads)
    {
        public static Sizes Full => new(12_000, 120_000, 300_000, 20);

        public static Sizes Short => new(640, 4_000, 5_000, 2);
    }

    public IEnumerable<Comparison> Appends =>
    [
        new("append, 1 event a session, 1 writer", "events", 0.55, 0.85, () => InsertAsync(1), () => AppendAsync(1), Expected: 4_860),
        new("append, 1 event a session, 8 writers", "events", 0.60, 1.20, () => InsertAsync(8), () => AppendAsync(8), Expected: 13_200),
        new("append, 1 event a session, 64 writers", "events", 1.5, 4, () => InsertAsync(64), () => AppendAsync(64)),
        new("append, batches of 100, 1 writer", "events", 0.50, 0.85, () => BestBatchAsync(100), () => AppendBatchesAsync(100), Expected: 116_000),
        new("append, batches of 1,000, 1 writer", "events", 0.60, 0.90, () => BestBatchAsync(1_000), () => AppendBatchesAsync(1_000), Expected: 173_000),
    ];

    /// <summary>Lines over a log that is there.</summary>
    public IEnumerable<Comparison> Reads =>
    [
        new("read all in order, with JSON", "events", 0.75, 0.95, _limits.CopyOutAsync, ReadAllAsync, Expected: 504_000),
        new("read one stream of 10,000", "events", 0.70, 0.90,
            async () => 10_000 / await _limits.SelectStreamAsync("long", _sizes.Reads),
            async () => 10_000 / await TimeAsync(() => _store.Log.OpenSession().FetchStreamAsync("long"))),
        new("aggregate a 1,000-event stream", "", 2, 1.3,
            () => _limits.SelectStreamAsync("short", 10 * _sizes.Reads),
            () => TimeAsync(() => _store.Log.OpenSession().AggregateStreamAsync<BarCount>("short"), 10),
            IsTime: true),
        new("async projection, no-op", "events", 0.50, 0.75, _limits.CopyOutAsync, FollowAsync<NoOp>),
        new("async projection, one row a stream", "events", 0.20, 0.35, _limits.CopyOutAsync, FollowAnewAsync),
        new("rebuild, one row a stream", "events", 0.20, 0.35, _limits.CopyOutAsync, RebuildAsync),
        new("hash chain, catching up (100,000/s asked)", "events", 1, 1, () => Task.FromResult(100_000d), SealAsync),
    ];

    /// <summary>Appends while the log is sealed against the same appends while it is not.</summary>
    /// <param name="unsealed">The suite of a store that nobody follows.</param>
    public Comparison ChainCost(EventStoreSuite unsealed) => new(
        "append, 8 writers, chain on against off", "events", 0.95, 1, () => unsealed.AppendAsync(8, ChainSessions), () => AppendAsync(8, ChainSessions));

    /// <summary>Fills the log, seals it, and leaves it to itself.</summary>
    public async Task FillAsync()
    {
        await _store.StopFollowingAsync();
        await _store.FillAsync(_sizes.LogEvents, EventsPerStream);
        foreach (var (stream, events) in new[] { ("long", 10_000), ("short", 1_000) })
        {
            var session = _store.Log.OpenSession();
            session.StartStream(stream, Enumerable.Range(0, events).Select(i => BarRecorded.Number(i)));
            await session.SaveChangesAsync();
        }

        await SealAsync();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private Task<double> InsertAsync(int writers) => _limits.InsertAsync(writers, _sizes.Sessions / writers, EventsPerStream);

    private int ChainSessions => 5 * _sizes.Sessions;

    private Task<double> AppendAsync(int writers) => AppendAsync(writers, _sizes.Sessions);

    private async Task<double> AppendAsync(int writers, int allSessions)
    {
        var run = _runs++;
        var sessions = allSessions / writers;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < sessions; i++)
            {
                var session = _store.Log.OpenSession();
                session.Append($"ours-{run}-{writer}-{i / EventsPerStream}", BarRecorded.Number(i));
                await session.SaveChangesAsync();
            }
        })));
        return writers * sessions / watch.Elapsed.TotalSeconds;
    }

    private async Task<double> BestBatchAsync(int eventsPerBatch)
    {
        var batches = _sizes.BatchedEvents / eventsPerBatch;
        return Math.Max(
            await _limits.CopyInAsync(batches, eventsPerBatch, BatchStreams), await _limits.UnnestAsync(batches, eventsPerBatch, BatchStreams));
    }

    private async Task<double> AppendBatchesAsync(int eventsPerBatch)
    {
        var run = _runs++;
        var batches = _sizes.BatchedEvents / eventsPerBatch;
        var perStream = eventsPerBatch / BatchStreams;
        var watch = Stopwatch.StartNew();
        for (var batch = 0; batch < batches; batch++)
        {
            var session = _store.Log.OpenSession();
            for (var stream = 0; stream < BatchStreams; stream++)
                session.Append($"ours-{run}-{stream}", Enumerable.Range(stream * perStream, perStream).Select(i => BarRecorded.Number(i)));
            await session.SaveChangesAsync();
        }

        return batches * eventsPerBatch / watch.Elapsed.TotalSeconds;
    }

    private async Task<double> ReadAllAsync()
    {
        var watch = Stopwatch.StartNew();
        var events = 0;
        await foreach (var _ in _store.Log.ReadAllAsync()) events++;
        return events / watch.Elapsed.TotalSeconds;
    }

    private async Task<double> TimeAsync(Func<Task> read, int times = 1)
    {
        var watch = Stopwatch.StartNew();
        for (var time = 0; time < times * _sizes.Reads; time++) await read();
        return watch.Elapsed.TotalSeconds / (times * _sizes.Reads);
    }

    /// <summary>A follower's way from the beginning of the log to its end.</summary>
    private async Task<double> FollowAsync<T>()
        where T : Projection
    {
        var end = await _store.NewestAsync();
        await using var follower = await BenchmarkStore.StartAsync(_store.ConnectionString, _store.Schema, o => o.Async<T>());
        var watch = Stopwatch.StartNew();
        while (!follower.Daemon.HasHandled(end)) await Task.Delay(1);
        return _sizes.LogEvents / watch.Elapsed.TotalSeconds;
    }

    private async Task<double> FollowAnewAsync()
    {
        await _store.ExecuteAsync("delete from mt_event_progression where name = 'bar_totals:All'");
        await _store.ExecuteAsync("truncate bar_totals");
        return await FollowAsync<BarTotals>();
    }

    private async Task<double> RebuildAsync()
    {
        await using var follower = await BenchmarkStore.StartAsync(_store.ConnectionString, _store.Schema, o => o.Async<BarTotals>());
        await follower.Daemon.WaitForNonStaleProjectionDataAsync(LongTime);
        var watch = Stopwatch.StartNew();
        await follower.Daemon.RebuildAsync("bar_totals");
        return _sizes.LogEvents / watch.Elapsed.TotalSeconds;
    }

    private async Task<double> SealAsync()
    {
        await _store.ExecuteAsync("truncate seals");
        var watch = Stopwatch.StartNew();
        await ChainSealer.SealAsync(_store.Log, await _store.NewestAsync(), CancellationToken.None);
        return _sizes.LogEvents / watch.Elapsed.TotalSeconds;
    }
}
