using System.Diagnostics.Metrics;
using AlgoStack.EventStore.Chain;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>
/// Runs the async projections and subscriptions of a store, each as a shard of its own, from when the whole service has
/// started until it begins to stop: what a subscription publishes on is there all the while. Beside them it seals the log.
/// </summary>
public sealed class EventDaemon : IHostedLifecycleService, IHealthCheck, IDisposable
{
    /// <summary>
    /// Meter of <c>algostack_projection_lag_events</c>, <c>algostack_outbox_pending_messages</c> and
    /// <c>algostack_chain_lag_events</c>, and activity source.
    /// </summary>
    public const string MeterName = "AlgoStack.EventStore";

    // Where nobody follows the log but who seals it, appends are spared.
    private static readonly TimeSpan BetweenUnhurriedReads = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan CatchUpPoll = TimeSpan.FromMilliseconds(10);

    private readonly EventLog _log;
    private readonly List<Shard> _shards;
    private readonly HighWaterMark _mark;
    private readonly ChainSealer _sealer;
    private readonly CommitBell _bell;
    private readonly Meter _meter;
    private readonly RecentPages _pages = new();
    private readonly ShardControl _control;
    private readonly ProjectionRebuild _rebuild;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public EventDaemon(
        EventLog log,
        IEnumerable<Projection> projections,
        IEnumerable<Subscription> subscriptions,
        IMeterFactory meters,
        ILogger<EventDaemon> logger)
    {
        _log = log;
        _bell = new CommitBell(log, logger);
        var followers = projections.Concat<LogFollower>(subscriptions).ToList();
        _mark = followers.Count > 0 ? new HighWaterMark(log, logger) : new HighWaterMark(log, logger) { BetweenReads = BetweenUnhurriedReads };
        _sealer = new ChainSealer(log, _mark, logger);
        _control = new ShardControl(log, logger);
        _shards = followers.ConvertAll(f => new Shard(log, _mark, _pages, _control, f, logger));
        _rebuild = new ProjectionRebuild(log, [.. Projections], _mark, _pages, _control, logger);
        if (_shards.Concat<object>(log.Inline).Count() != FollowerNames().Distinct(StringComparer.Ordinal).Count())
        {
            throw new ArgumentException($"Followers of a store need names of their own, found {string.Join(", ", FollowerNames())}.", nameof(projections));
        }

#pragma warning disable CA2000 // The factory disposes of it.
        _meter = meters.Create(MeterName);
#pragma warning restore CA2000
        _meter.CreateObservableGauge(
            "algostack_projection_lag_events",
            () => Lags(s => s.Follower is Projection, "projection"),
            description: "Sequence numbers committed and not yet projected, where this process does it.");
        _meter.CreateObservableGauge(
            "algostack_outbox_pending_messages",
            () => Lags(s => s.Follower is Subscription, "subscription"),
            description: "Sequence numbers committed and not yet told, where this process does it.");
        _meter.CreateObservableGauge(
            "algostack_chain_lag_events", () => _sealer.Lag, description: "Sequence numbers committed and not yet sealed.");
        _meter.CreateObservableGauge(
            "algostack_projection_lag_seconds",
            () => Delays(s => s.Follower is Projection, "projection"),
            unit: "s",
            description: "How far behind in time, where this process does it; 0 at the end of the log.");
        _meter.CreateObservableGauge(
            "algostack_outbox_pending_seconds",
            () => Delays(s => s.Follower is Subscription, "subscription"),
            unit: "s",
            description: "How far behind in time, where this process does it; 0 at the end of the log.");
    }

    internal HighWaterMark Mark => _mark;

    /// <summary>Everything that is told of events, inline, async or as a subscription.</summary>
    internal IReadOnlyList<LogFollower> Followers => [.. _log.Inline, .. _shards.Select(s => s.Follower)];

    internal Shard ShardOf(LogFollower follower) => _shards.First(s => s.Follower == follower);

    /// <summary>Whether every shard, as far as this process runs it, has handled all events up to <paramref name="sequence"/>.</summary>
    public bool HasHandled(long sequence) => _shards.TrueForAll(s => s.Position >= sequence);

    /// <summary>Waits until every shard, whichever process runs it, has handled all that is committed now.</summary>
    /// <exception cref="TimeoutException">One has not within <paramref name="timeout"/>; the message names it.</exception>
    public Task WaitForNonStaleProjectionDataAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WaitForNonStaleProjectionDataAsync(_shards.ConvertAll(s => s.Follower.Name), timeout, cancellationToken);

    /// <summary>As the other, of the projections and subscriptions that are named alone.</summary>
    /// <exception cref="TimeoutException">One has not within <paramref name="timeout"/>; the message names it.</exception>
    public async Task WaitForNonStaleProjectionDataAsync(
        IReadOnlyCollection<string> followers, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        await using var newest = _log.Source.CreateCommand("select coalesce(max(seq_id), 0) from mt_events");
        var goal = (long)(await newest.ExecuteScalarAsync(cancellationToken))!;
        var names = _shards.FindAll(s => followers.Contains(s.Follower.Name, StringComparer.Ordinal)).ConvertAll(s => s.Name);
        var started = _log.Clock.GetTimestamp();
        while (await BehindAsync(names, goal, cancellationToken) is { } behind)
        {
            if (_log.Clock.GetElapsedTime(started) > timeout)
                throw new TimeoutException($"{behind} has not come to sequence {goal} within {timeout.TotalSeconds} s.");

            await Task.Delay(CatchUpPoll, _log.Clock, cancellationToken);
        }
    }

    /// <summary>
    /// Builds a projection anew by the same code and returns when the new tables have taken the place of the old ones, which
    /// serve and keep up meanwhile. It may be another process that does it; where that dies, one begins again.
    /// </summary>
    /// <exception cref="ArgumentException">The store has no projection of that name, or none with tables.</exception>
    /// <exception cref="ProjectionRebuildException">An event is poison, or the tables cannot be exchanged.</exception>
    public async Task RebuildAsync(string projection, CancellationToken cancellationToken = default)
    {
        await StartRebuildAsync(projection, Environment.MachineName, cancellationToken);
        await _rebuild.WaitAsync(FindProjection(projection), cancellationToken);
    }

    /// <summary>As <see cref="RebuildAsync"/>, without waiting for it.</summary>
    /// <param name="by">Who asks, for whoever looks.</param>
    /// <exception cref="ArgumentException">The store has no projection of that name, or none with tables.</exception>
    public Task StartRebuildAsync(string projection, string by, CancellationToken cancellationToken = default) =>
        _rebuild.RequestAsync(FindProjection(projection), by, cancellationToken);

    /// <summary>
    /// Stops a projection or subscription, whichever process runs it, after the page in hand and for good: a restart does not
    /// let it go on.
    /// </summary>
    /// <param name="why">For whoever looks, as is <paramref name="by"/>.</param>
    /// <exception cref="ArgumentException">Nothing of that name follows the log.</exception>
    public Task PauseAsync(string follower, string why, string by, CancellationToken cancellationToken = default) =>
        _control.PauseAsync(Find(follower).Name, why, by, cancellationToken);

    /// <summary>
    /// Lets what was paused, or stopped before a poison event, go on from where it is, whichever process runs it. False when
    /// it was neither.
    /// </summary>
    /// <exception cref="ArgumentException">Nothing of that name follows the log.</exception>
    public Task<bool> ResumeAsync(string follower, CancellationToken cancellationToken = default) =>
        _control.ResumeAsync(Find(follower).Name, cancellationToken);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var troubles = _shards.Select(s => s.Trouble).OfType<string>().ToList();
        var notes = _shards.Select(s => _control.Stopped(s.Name)).OfType<StoppedShard>().Where(s => !s.IsPoisoned)
            .Select(s => $"{s.Name} was paused by {s.By}: {s.Why}").ToList();
        if (_mark.Holder is { } holder) notes.Add($"The high-water mark stays at {_mark.Value}: {holder}.");
        var data = _shards.Where(s => s.IsOwner).ToDictionary(s => s.Name, object (s) => s.Position, StringComparer.Ordinal);
        return Task.FromResult((troubles.Count, notes.Count) switch
        {
            (0, 0) => HealthCheckResult.Healthy(data: data),
            (0, _) => HealthCheckResult.Degraded(string.Join(' ', notes), data: data),
            _ => HealthCheckResult.Unhealthy(string.Join(' ', troubles.Concat(notes)), data: data),
        });
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // All parts are told, also where a connection that breaks at this moment throws out of the token, as Npgsql's may.
        await _stopping.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _pages.Dispose();
        _control.Dispose();
        _stopping.Dispose();
    }

    private Task RunAsync(CancellationToken stopping)
    {
        List<Func<CancellationToken, Task>> parts = [_mark.RunAsync, _sealer.RunAsync, .. _shards.Select(s => (Func<CancellationToken, Task>)s.RunAsync)];
        // Sealing alone can wait for the next poll.
        if (_shards.Count > 0) parts.AddRange([_bell.ListenAsync, _bell.RingAsync]);
        if (_shards.Count + _log.Inline.Count > 0) parts.AddRange([_control.RunAsync, _rebuild.RunAsync]);
        return Task.WhenAll(parts.Select(run => Task.Run(() => run(stopping), CancellationToken.None)));
    }

    private async Task<string?> BehindAsync(List<string> names, long goal, CancellationToken cancellationToken)
    {
        await using var command = _log.Source.CreateCommand(
            """
            select given.name from unnest($1) as given (name)
            left join mt_event_progression p on p.name = given.name
            where coalesce(p.last_seq_id, 0) < $2
            limit 1
            """);
        command.Parameters.Add(new NpgsqlParameter<List<string>> { TypedValue = names });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = goal });
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private IReadOnlyList<Projection> Projections => [.. _log.Inline, .. _shards.Select(s => s.Follower).OfType<Projection>()];

    private Projection FindProjection(string name) => Projections.FirstOrDefault(p => p.Name == name && p.Tables.Count > 0)
        ?? throw new ArgumentException($"Projection '{name}' is none of {string.Join(", ", Projections.Where(p => p.Tables.Count > 0).Select(p => p.Name))}.", nameof(name));

    private Shard Find(string follower) => _shards.Find(s => s.Follower.Name == follower)
        ?? throw new ArgumentException($"'{follower}' is none of {string.Join(", ", _shards.Select(s => s.Follower.Name))}.", nameof(follower));

    private IEnumerable<string> FollowerNames() => _shards.Select(s => s.Follower.Name).Concat(_log.Inline.Select(p => p.Name));

    private IEnumerable<Measurement<long>> Lags(Func<Shard, bool> which, string label) =>
        _shards.Where(s => s.IsOwner && which(s)).Select(s => new Measurement<long>(s.Lag, new KeyValuePair<string, object?>(label, s.Follower.Name)));

    private IEnumerable<Measurement<double>> Delays(Func<Shard, bool> which, string label) => _shards
        .Where(s => s.IsOwner && which(s))
        .Select(s => new Measurement<double>(s.Delay.TotalSeconds, new KeyValuePair<string, object?>(label, s.Follower.Name)));
}
