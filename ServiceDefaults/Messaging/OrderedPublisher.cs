using System.Collections.Concurrent;
using MassTransit;
using Microsoft.Extensions.Logging;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>
/// Publishes ordered contracts, one at a time per contract and partition, each until the broker has confirmed it. So a
/// caller that awaits each message publishes in order, is held back by a full queue, and outlives the broker.
/// </summary>
public sealed partial class OrderedPublisher(IBus bus, TimeProvider clock, ILogger<OrderedPublisher> logger) : IDisposable
{
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    /// <summary>A confirm that takes longer is taken for lost; the message is published again with the same id.</summary>
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(Type Contract, int Partition), SemaphoreSlim> _turns = new();

    /// <summary>
    /// Returns once the broker holds the message safely in every queue bound for it. A full queue, a broker that is away, and
    /// a partition that no queue is bound to yet are waited out; only <paramref name="cancellationToken"/> ends the wait.
    /// Consumers may see a message twice, never after a later one for the first time.
    /// </summary>
    public async Task PublishAsync<T>(T message, int partition, Guid messageId, CancellationToken cancellationToken)
        where T : class
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, OrderedTopology.Partitions);

        var turn = _turns.GetOrAdd((typeof(T), partition), _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            await PublishUntilConfirmedAsync(message, partition, messageId, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose()
    {
        foreach (var turn in _turns.Values) turn.Dispose();
    }

    private async Task PublishUntilConfirmedAsync<T>(T message, int partition, Guid messageId, CancellationToken cancellationToken)
        where T : class
    {
        var exchange = new Uri($"exchange:{OrderedTopology.ExchangeOf(typeof(T))}?type=direct");
        var delay = ShortestDelay;
        while (true)
        {
            try
            {
                await PublishOnceAsync(exchange, message, partition, messageId, cancellationToken);
                return;
            }
            catch (Exception e) when (IsTransient(e) && !cancellationToken.IsCancellationRequested)
            {
                // A full queue says no a few times a second in the ordinary course of things.
                if (delay == LongestDelay) NotConfirmed(logger, e, typeof(T).Name, partition, e.Message);
            }

            await Task.Delay(delay, clock, cancellationToken);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    private async Task PublishOnceAsync<T>(Uri exchange, T message, int partition, Guid messageId, CancellationToken cancellationToken)
        where T : class
    {
        using var timeout = new CancellationTokenSource(ConfirmTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var endpoint = await bus.GetSendEndpoint(exchange);
        var sent = endpoint.Send(
            message,
            context =>
            {
                context.MessageId = messageId;
                context.Durable = true;
                context.SetRoutingKey(OrderedTopology.RoutingKey(partition));
                // A message that no queue is bound for would be confirmed and gone.
                context.GetPayload<RabbitMqSendContext>().Mandatory = true;
            },
            either.Token);
        await sent.WaitAsync(either.Token);
    }

    // What the broker or the way to it says. A message that cannot be written as JSON never becomes sendable.
    private static bool IsTransient(Exception exception) =>
        exception is not (System.Text.Json.JsonException or System.Runtime.Serialization.SerializationException or NotSupportedException or ArgumentException);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Contract} of partition {Partition} is not confirmed yet: {Reason}")]
    private static partial void NotConfirmed(ILogger logger, Exception exception, string contract, int partition, string reason);
}
