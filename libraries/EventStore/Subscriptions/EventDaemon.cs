using System.Diagnostics.Metrics;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>Runs the async projections and subscriptions of a store, each as a shard of its own.</summary>
public sealed class EventDaemon : BackgroundService, IHealthCheck
{
    /// <summary>Meter of <c>algostack_projection_lag_events</c>.</summary>
    public const string MeterName = "AlgoStack.EventStore";

    private readonly EventLog _log;
    private readonly List<Shard> _shards = [];
    private readonly HighWaterMark _mark;
    private readonly CommitBell _bell;
    private readonly Meter _meter = new(MeterName);

    public EventDaemon(EventLog log, IEnumerable<Projection> projections, IEnumerable<Subscription> subscriptions, ILogger<EventDaemon> logger)
    {
        _log = log;
        _bell = new CommitBell(log, logger);
        _mark = new HighWaterMark(log);
        foreach (var projection in projections)
        {
            _shards.Add(new Shard(log, _mark, projection.Name, (events, through, ct) => ProjectAsync(projection, events, through, ct), logger));
        }

        foreach (var subscription in subscriptions)
        {
            _shards.Add(new Shard(log, _mark, subscription.Name, (events, through, ct) => TellAsync(subscription, events, through, ct), logger));
        }

        _meter.CreateObservableGauge(
            "algostack_projection_lag",
            () => _shards.Select(s => new Measurement<long>(s.Lag, new KeyValuePair<string, object?>("projection", s.Name))),
            "{events}",
            "Events committed and not yet handled.");
    }

    /// <summary>Whether every shard has handled all events up to <paramref name="sequence"/>.</summary>
    public bool HasHandled(long sequence) => _shards.TrueForAll(s => s.Position >= sequence);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var stopped = _shards.Where(s => s.Poison is not null).Select(s => $"{s.Name} stopped: {s.Poison!.Message}").ToList();
        return Task.FromResult(stopped.Count == 0
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(string.Join(' ', stopped)));
    }

    public override void Dispose()
    {
        _meter.Dispose();
        _mark.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        _shards.Select(s => Task.Run(() => s.RunAsync(stoppingToken), stoppingToken))
            .Append(Task.Run(() => _bell.ListenAsync(stoppingToken), stoppingToken))
            .Append(Task.Run(() => _bell.RingAsync(stoppingToken), stoppingToken)));

    private async Task ProjectAsync(Projection projection, IReadOnlyList<StoredEvent> events, long through, CancellationToken cancellationToken)
    {
        await using var connection = await _log.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (events.Count > 0) await projection.ApplyAsync(events, connection, transaction, cancellationToken);
        await MoveAsync(projection.Name, through, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task TellAsync(Subscription subscription, IReadOnlyList<StoredEvent> events, long through, CancellationToken cancellationToken)
    {
        if (events.Count > 0) await subscription.HandleAsync(events, cancellationToken);
        await using var connection = await _log.Source.OpenConnectionAsync(cancellationToken);
        await MoveAsync(subscription.Name, through, connection, null, cancellationToken);
    }

    private static async Task MoveAsync(
        string name, long through, NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into mt_event_progression (name, last_seq_id) values ($1, $2)
            on conflict (name) do update set last_seq_id = excluded.last_seq_id, last_updated = transaction_timestamp()
            """,
            connection,
            transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{name}:All" });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = through });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
