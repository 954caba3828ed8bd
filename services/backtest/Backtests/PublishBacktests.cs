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
                    new BacktestCompleted(report.BacktestId, report.OrderListHash ?? "", report.EndedAt ?? stored.Timestamp, Alone(report)),
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

    /// <summary>Money of two currencies is never added up, so one whose trades were in two has no figures.</summary>
    private static StrategyOutcome? Alone(BacktestView report) =>
        report is { Strategies: [var strategy], Statistics: [var figures], Instruments: { } instruments, Timeframe: { } timeframe, EndedAt: { } ended }
            ? new StrategyOutcome(
                strategy.Name,
                strategy.Parameters,
                strategy.Instruments.Count > 0 ? strategy.Instruments : instruments,
                timeframe,
                figures.Trades,
                figures.WinRate,
                figures.ProfitFactor,
                ended)
            : null;
}
