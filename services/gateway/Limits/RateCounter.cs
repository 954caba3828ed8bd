using System.Collections.Concurrent;
using System.Data.Common;

namespace AlgoStack.Gateway.Limits;

/// <summary>
/// Counts requests against limits, together with all other instances. What was set aside for a caller is let through at once; whoever needs
/// more waits for the next statement, which asks for all who wait at that moment. While the database is away each instance
/// counts alone, by the same limits: nobody is let through unlimited, and nobody is kept out for that.
/// </summary>
internal sealed partial class RateCounter(RateTable table, TimeProvider clock, ILogger<RateCounter> logger) : BackgroundService
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMinutes(1);

    /// <summary>Who waits for an answer waits no longer for the database.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(RateLimit Limit, string Caller), RateBucket> _buckets = new();
    private readonly Lock _turn = new();
    private readonly Dictionary<(Guid Counter, long Slice), RateChange> _changes = [];
    private HashSet<RateBucket> _asking = [];
    private bool _busy;
    private DateTimeOffset _awayUntil;

    /// <summary>Takes one request of the caller's.</summary>
    public Task<RateAnswer> TakeAsync(RateLimit limit, string caller)
    {
        var bucket = _buckets.GetOrAdd((limit, caller), static key => new RateBucket(key.Limit, key.Limit.CounterOf(key.Caller)));
        Task<RateAnswer> answer;
        lock (bucket)
        {
            if (bucket.Take(clock.GetUtcNow()) is { } known) return Task.FromResult(known);

            answer = bucket.WaitAsync();
        }

        Ask(bucket);
        return answer;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenRounds, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = clock.GetUtcNow();
            foreach (var (key, bucket) in _buckets)
            {
                lock (bucket)
                {
                    // Who holds it still is answered; what they use is counted at most once too little.
                    if (now - bucket.AskedAt > 2 * key.Limit.Window && !bucket.IsWaitedFor) _buckets.TryRemove(new(key, bucket));
                }
            }

            try
            {
                await table.ForgetAsync(now, stoppingToken);
            }
            catch (DbException e)
            {
                LogAlone(e.Message);
            }
        }
    }

    private void Ask(RateBucket bucket)
    {
        lock (_turn)
        {
            _asking.Add(bucket);
            if (_busy) return;

            _busy = true;
        }

        _ = Task.Run(CountAsync);
    }

    private async Task CountAsync()
    {
        while (true)
        {
            HashSet<RateBucket> asking;
            lock (_turn)
            {
                if (_asking.Count == 0)
                {
                    _busy = false;
                    return;
                }

                (asking, _asking) = (_asking, []);
            }

            await CountAsync(asking);
        }
    }

    private async Task CountAsync(HashSet<RateBucket> buckets)
    {
        var now = clock.GetUtcNow();
        var asked = new List<(Guid, long)>(buckets.Count);
        foreach (var bucket in buckets)
        {
            lock (bucket) asked.Add((bucket.Counter, bucket.Ask(now, Change)));
        }

        // What goes back while these are on their way goes with the next.
        var changes = _changes.Values.ToList();
        _changes.Clear();
        var counts = await TryCountAsync(changes, asked, now);
        foreach (var bucket in buckets)
        {
            lock (bucket)
            {
                if (counts is not null && counts.TryGetValue(bucket.Counter, out var count))
                    bucket.Answer(now, count.Used, count.Oldest ?? bucket.Limit.SliceOf(now), Change);
                else
                    bucket.AnswerAlone(now, Change);
                if (bucket.IsWaitedFor) AskAgain(bucket);
            }
        }
    }

    private async Task<Dictionary<Guid, (long Used, long? Oldest)>?> TryCountAsync(
        List<RateChange> changes, List<(Guid, long)> asked, DateTimeOffset now)
    {
        if (now < _awayUntil) return null;

        try
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            return await table.CountAsync(changes, asked, patience.Token);
        }
#pragma warning disable CA1031 // Whatever it is, callers wait for an answer, and there is one without it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogAlone(e.Message);
            _awayUntil = clock.GetUtcNow() + BetweenTries;
            return null;
        }
    }

    private void AskAgain(RateBucket bucket)
    {
        lock (_turn) _asking.Add(bucket);
    }

    private void Change(RateBucket bucket, long slice, int by)
    {
        bucket.Note(slice, by);
        var key = (bucket.Counter, slice);
        var sum = by + (_changes.TryGetValue(key, out var known) ? known.By : 0);
        _changes[key] = new RateChange(bucket.Counter, slice, sum, bucket.Limit.EndOf(slice));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Requests are counted by this instance alone: {Reason}")]
    private partial void LogAlone(string reason);
}
