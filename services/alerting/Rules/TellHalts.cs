using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Orders;
using MassTransit;

namespace AlgoStack.Alerting.Rules;

/// <summary>Tells that trading stopped, may only reduce, or goes on.</summary>
public sealed class TellHalts(RaisedAlerts alerts) : IConsumer<TradingHalted>, IConsumer<TradingReduced>, IConsumer<TradingResumed>
{
    private const string Consumer = "tell-halts";

    public Task Consume(ConsumeContext<TradingHalted> context) =>
        alerts.RaiseOnceAsync(context.MessageId!.Value, Consumer, HaltRule.On(context.Message, Cause(context)), context.CancellationToken);

    public Task Consume(ConsumeContext<TradingReduced> context) =>
        alerts.RaiseOnceAsync(context.MessageId!.Value, Consumer, HaltRule.On(context.Message, Cause(context)), context.CancellationToken);

    public Task Consume(ConsumeContext<TradingResumed> context) =>
        alerts.RaiseOnceAsync(context.MessageId!.Value, Consumer, HaltRule.On(context.Message, Cause(context)), context.CancellationToken);

    private static string Cause(ConsumeContext context) => context.MessageId!.Value.ToString("n");
}
