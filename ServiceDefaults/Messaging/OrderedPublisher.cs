using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>
/// Publishes ordered contracts, one at a time per contract and partition, each until the broker has confirmed it. So a
/// caller that awaits each message publishes in order, is held back by a full queue, and outlives the broker.
/// </summary>
public sealed class OrderedPublisher : IHealthCheck, IDisposable
{
    /// <summary>A message that has waited for longer shows in the service's health.</summary>
    private static readonly TimeSpan UnremarkableWait = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(Type Contract, int Partition), PublishingLane> _lanes = new();
    private readonly PublishingConnection _connection;
    private readonly TimeProvider _clock;
    private readonly ILogger<OrderedPublisher> _logger;

    internal OrderedPublisher(PublishingConnection connection, TimeProvider clock, ILogger<OrderedPublisher> logger)
    {
        _connection = connection;
        _clock = clock;
        _logger = logger;
    }

    /// <summary>
    /// Returns once the broker holds the message safely in every queue bound for it. A full queue, a broker that is away, and
    /// a partition that no queue is bound to yet are waited out; only <paramref name="cancellationToken"/> ends the wait.
    /// Consumers may see a message twice, never after a later one for the first time.
    /// </summary>
    /// <param name="messageId">The same for the same message, however often it is published.</param>
    public Task PublishAsync<T>(T message, int partition, Guid messageId, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, OrderedTopology.Partitions);

        var lane = _lanes.GetOrAdd(
            (typeof(T), partition), key => new PublishingLane(key.Contract, key.Partition, _connection, _clock, _logger));
        return lane.PublishAsync(OrderedEnvelope.Write(message, messageId, _clock.GetUtcNow()), messageId, cancellationToken);
    }

    /// <summary>Degraded while a message waits to be confirmed.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var now = _clock.GetUtcNow();
        var waiting = _lanes.Values.Select(lane => lane.Waiting).FirstOrDefault(wait => wait is not null && now - wait.Since > UnremarkableWait);
        return Task.FromResult(waiting is null
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Degraded($"{waiting.What} has been waiting to be confirmed since {waiting.Since:O}: {waiting.Reason}"));
    }

    public void Dispose()
    {
        foreach (var lane in _lanes.Values) lane.Dispose();
    }
}
