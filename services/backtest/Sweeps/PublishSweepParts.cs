using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.ServiceDefaults.Messaging;
using MassTransit;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>
/// Hands a new sweep out, part by part. After a crash in the middle all of it is handed out again; the parts keep their
/// message ids, so that none is noted twice.
/// </summary>
public sealed class PublishSweepParts(IBus bus) : Subscription
{
    /// <summary>Messages that wait for the broker's confirmation at a time.</summary>
    private const int MostUnconfirmed = 256;

    public override string Name => "publish_sweep_parts";

    public override IReadOnlyList<Type> Events => [typeof(SweepStarted)];

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var started in events.Select(e => (SweepStarted)e.Data))
        {
            foreach (var parts in SweepPlans.Parts(started).Chunk(MostUnconfirmed))
                await Task.WhenAll(parts.Select(part => PublishAsync(part, cancellationToken)));
        }
    }

    private Task PublishAsync(RunSweepPart part, CancellationToken cancellationToken) => bus.Publish(
        part,
        context => context.MessageId = OrderedTopology.MessageId(typeof(RunSweepPart), part.SweepId, partition: 0, part.Part),
        cancellationToken);
}
