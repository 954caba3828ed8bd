using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.ServiceDefaults.Telemetry;
using MassTransit;
using Told = AlgoStack.Contracts.Alerts.AlertDelivered;

namespace AlgoStack.Alerting.Alerts;

/// <summary>
/// Publishes that a channel, the inbox included, took an alert, or that all outside refused it. Alerts are few, one a
/// batch of signals or page of orders at most, so each is a message of its own.
/// </summary>
public sealed partial class PublishDeliveries(IBus bus, TimeProvider clock, ILogger<PublishDeliveries> logger) : Subscription
{
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    public override string Name => "publish-deliveries";

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var stored in events)
        {
            if (Contract(stored) is { } told) await PublishAsync(told, stored, cancellationToken);
        }
    }

    private static Told? Contract(StoredEvent stored) => stored.Data switch
    {
        AlertDelivered delivered => new Told(Alert.IdOf(stored.StreamId), delivered.Channel, true, delivered.Attempts, delivered.At),
        AlertFailed failed => new Told(Alert.IdOf(stored.StreamId), failed.Channel, false, failed.Attempts, failed.At),
        _ => null,
    };

    private async Task PublishAsync(Told told, StoredEvent stored, CancellationToken cancellationToken)
    {
        using var activity = Tracing.Continue("publish AlertDelivered", stored.TraceParent);
        while (true)
        {
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                timeout.CancelAfter(ConfirmTimeout);
                await bus.Publish(told, context => context.MessageId = stored.Id, timeout.Token);
                return;
            }
#pragma warning disable CA1031 // Whatever the broker or the way to it says, it is waited for: a poisoned subscription stops for good.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogRefused(e, told.AlertId, RetryPause.TotalSeconds);
            }

            await Task.Delay(RetryPause, clock, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "AlertDelivered of {AlertId} is not confirmed yet; trying again in {Seconds} s.")]
    private partial void LogRefused(Exception exception, string alertId, double seconds);
}
