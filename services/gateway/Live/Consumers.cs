using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using AlgoStack.Gateway.Push;
using MassTransit;

namespace AlgoStack.Gateway.Live;

internal sealed class ShowBars(LiveHub hub, PushNews push) : IConsumer<BarsClosed>
{
    public Task Consume(ConsumeContext<BarsClosed> context)
    {
        hub.Tell(context.Message);
        push.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowSignals(LiveHub hub, PushNews push) : IConsumer<BarsEvaluated>
{
    public Task Consume(ConsumeContext<BarsEvaluated> context)
    {
        hub.Tell(context.Message);
        push.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowOrders(LiveHub hub, PushNews push) : IConsumer<OrdersChanged>
{
    public Task Consume(ConsumeContext<OrdersChanged> context)
    {
        hub.Tell(context.Message);
        push.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowAlerts(LiveHub hub, PushNews push) : IConsumer<AlertDelivered>
{
    public Task Consume(ConsumeContext<AlertDelivered> context)
    {
        hub.Tell(context.Message);
        push.Tell(context.Message);
        return Task.CompletedTask;
    }
}
