using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using MassTransit;

namespace AlgoStack.Gateway.Live;

internal sealed class ShowBars(LiveHub hub) : IConsumer<BarsClosed>
{
    public Task Consume(ConsumeContext<BarsClosed> context)
    {
        hub.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowSignals(LiveHub hub) : IConsumer<BarsEvaluated>
{
    public Task Consume(ConsumeContext<BarsEvaluated> context)
    {
        hub.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowOrders(LiveHub hub) : IConsumer<OrdersChanged>
{
    public Task Consume(ConsumeContext<OrdersChanged> context)
    {
        hub.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowAlerts(LiveHub hub) : IConsumer<AlertDelivered>
{
    public Task Consume(ConsumeContext<AlertDelivered> context)
    {
        hub.Tell(context.Message);
        return Task.CompletedTask;
    }
}
