using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.ServiceDefaults.Messaging;
using AlgoStack.ServiceDefaults.Telemetry;

namespace AlgoStack.Signal.Signals;

/// <summary>Tells others of every evaluation, in order; the only place that publishes signals.</summary>
public sealed class PublishEvaluations(OrderedPublisher publisher) : Subscription
{
    public override string Name => "publish_evaluations";

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var stored in events)
        {
            if (stored.Data is not BatchEvaluated batch) continue;

            using var activity = Tracing.Continue($"publish {nameof(BarsEvaluated)}", stored.TraceParent);
            await publisher.PublishAsync(SignalWording.ToContract(batch), batch.Partition, stored.Id, cancellationToken);
        }
    }
}
