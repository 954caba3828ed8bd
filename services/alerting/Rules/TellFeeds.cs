using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.MarketData;
using MassTransit;

namespace AlgoStack.Alerting.Rules;

/// <summary>Tells that a feed went quiet, and that it is heard again.</summary>
public sealed class TellFeeds(RaisedAlerts alerts) : IConsumer<FeedWentQuiet>, IConsumer<FeedRecovered>
{
    private const string Consumer = "tell-feeds";

    public Task Consume(ConsumeContext<FeedWentQuiet> context) =>
        alerts.RaiseOnceAsync(context.MessageId!.Value, Consumer, FeedRule.On(context.Message, Cause(context)), context.CancellationToken);

    public Task Consume(ConsumeContext<FeedRecovered> context) =>
        alerts.RaiseOnceAsync(context.MessageId!.Value, Consumer, FeedRule.On(context.Message, Cause(context)), context.CancellationToken);

    private static string Cause(ConsumeContext context) => context.MessageId!.Value.ToString("n");
}
