using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>One contract and partition: one message at a time, over a channel of its own.</summary>
internal sealed partial class PublishingLane(
    Type contract, int partition, PublishingConnection connection, TimeProvider clock, ILogger<OrderedPublisher> logger) : IDisposable
{
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    /// <summary>A full queue is the ordinary way of slowing down: its consumer is at work, and is not to run dry.</summary>
    private static readonly TimeSpan LongestDelayWhenFull = TimeSpan.FromMilliseconds(200);

    /// <summary>A confirm that takes longer is taken for lost, and the connection with it.</summary>
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    /// <summary>MassTransit's header for the W3C <c>traceparent</c>; its consumers go on with that trace.</summary>
    private const string TraceParentHeader = "MT-Activity-Id";

    private static readonly ActivitySource Activities = new("AlgoStack.Messaging");
    private static readonly Meter Meter = new("AlgoStack.Messaging");
    private static readonly Counter<long> Confirmed = Meter.CreateCounter<long>(
        "algostack.bus.messages_confirmed", description: "Ordered messages that the broker has confirmed.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "algostack.bus.publishes_refused", description: "Attempts to publish an ordered message that failed, by reason: full, unbound, away.");

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly string _exchange = OrderedTopology.ExchangeOf(contract);
    private readonly string _routingKey = OrderedTopology.RoutingKey(partition);
    private PublishingChannel? _channel;

    /// <summary>What is waiting to be confirmed after a refusal; null when nothing is.</summary>
    public Wait? Waiting { get; private set; }

    public async Task PublishAsync(byte[] body, Guid messageId, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            using var activity = Activities.StartActivity($"publish {_exchange}", ActivityKind.Producer);
            activity?.SetTag("messaging.system", "rabbitmq");
            activity?.SetTag("messaging.operation.type", "send");
            activity?.SetTag("messaging.destination.name", _exchange);
            activity?.SetTag("messaging.message.id", messageId);
            await PublishUntilConfirmedAsync(body, Properties(messageId), cancellationToken);
        }
        finally
        {
            Waiting = null;
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static BasicProperties Properties(Guid messageId) => new()
    {
        MessageId = messageId.ToString(),
        ContentType = OrderedEnvelope.ContentType,
        DeliveryMode = DeliveryModes.Persistent,
        Headers = Activity.Current?.Id is { } traceParent
            ? new Dictionary<string, object?>(StringComparer.Ordinal) { [TraceParentHeader] = traceParent }
            : null,
    };

    private async Task PublishUntilConfirmedAsync(byte[] body, BasicProperties properties, CancellationToken cancellationToken)
    {
        for (var delay = ShortestDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            var pause = delay;
            try
            {
                await PublishOnceAsync(body, properties, cancellationToken);
                Confirmed.Add(1, new KeyValuePair<string, object?>("contract", _exchange));
                if (Waiting is { IsSaid: true } over) ConfirmedAfterAll(logger, _exchange, over.Since);
                return;
            }
            catch (Exception e) when (IsOfTheBroker(e) && !cancellationToken.IsCancellationRequested)
            {
                await NoteAsync(e, isLong: delay == LongestDelay);
                if (e is PublishException { IsReturn: false } && pause > LongestDelayWhenFull) pause = LongestDelayWhenFull;
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private async Task PublishOnceAsync(byte[] body, BasicProperties properties, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ConfirmTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            if (_channel is not { Channel.IsOpen: true })
            {
                _channel = await connection.OpenAsync(either.Token);
                await _channel.Channel.ExchangeDeclareAsync(
                    _exchange, ExchangeType.Direct, durable: true, autoDelete: false, cancellationToken: either.Token);
            }

            // Mandatory: a message that no queue is bound for would be confirmed and gone.
            await _channel.Channel.BasicPublishAsync(_exchange, _routingKey, mandatory: true, properties, body, either.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The broker did not confirm within {ConfirmTimeout.TotalSeconds} s.", e);
        }
    }

    private async Task NoteAsync(Exception exception, bool isLong)
    {
        var reason = exception is PublishException refusal ? refusal.IsReturn ? "unbound" : "full" : "away";
        Refused.Add(1, new("contract", _exchange), new("reason", reason));
        var text = reason switch
        {
            "unbound" => $"no queue is bound to {_exchange} with the key {_routingKey}",
            "full" => $"a queue bound to {_exchange} with the key {_routingKey} is full",
            _ => exception.Message,
        };
        // The first few refusals are the ordinary way of slowing down; said once when it lasts.
        if (isLong && Waiting is { IsSaid: false }) StillWaiting(logger, _exchange, partition, text);
        Waiting = new Wait($"{_exchange} of partition {_routingKey}", Waiting?.Since ?? clock.GetUtcNow(), text, isLong);

        if (exception is not PublishException && _channel is { } channel)
        {
            _channel = null;
            await connection.AbandonAsync(channel);
        }
    }

    private static bool IsOfTheBroker(Exception exception) =>
        exception is RabbitMQClientException or IOException or SocketException or TimeoutException or OperationCanceledException
            or ObjectDisposedException;

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Contract} of partition {Partition} waits to be confirmed: {Reason}.")]
    private static partial void StillWaiting(ILogger logger, string contract, int partition, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Contract} is confirmed, having waited since {Since:O}.")]
    private static partial void ConfirmedAfterAll(ILogger logger, string contract, DateTimeOffset since);

    /// <param name="IsSaid">Whether it is in the log.</param>
    internal sealed record Wait(string What, DateTimeOffset Since, string Reason, bool IsSaid);
}
