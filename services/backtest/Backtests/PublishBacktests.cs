using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using MassTransit;

namespace AlgoStack.Backtest.Backtests;

/// <summary>Tells others how backtests ended.</summary>
public sealed class PublishBacktests(IBus bus) : Subscription
{
    public override string Name => "publish_backtests";

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var stored in events)
        {
            if (stored.Data is BacktestFinished { Report: { } report })
            {
                await bus.Publish(
                    new BacktestCompleted(report.BacktestId, report.OrderListHash ?? "", report.EndedAt ?? stored.Timestamp),
                    context => context.MessageId = stored.Id,
                    cancellationToken);
            }
            else if (stored.Data is BacktestBroke broke)
            {
                await bus.Publish(
                    new BacktestFailed(broke.BacktestId, broke.Reason, broke.At), context => context.MessageId = stored.Id, cancellationToken);
            }
        }
    }
}
