using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using MassTransit;

namespace AlgoStack.Gateway.Push;

internal sealed class ShowBars(PushNews push) : IConsumer<BarsClosed>
{
    public Task Consume(ConsumeContext<BarsClosed> context)
    {
        push.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowSignals(PushNews push) : IConsumer<BarsEvaluated>
{
    public Task Consume(ConsumeContext<BarsEvaluated> context)
    {
        push.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowOrders(PushNews push) : IConsumer<OrdersChanged>
{
    public Task Consume(ConsumeContext<OrdersChanged> context)
    {
        push.Tell(context.Message);
        return Task.CompletedTask;
    }
}

internal sealed class ShowAlerts(PushNews push) : IConsumer<AlertDelivered>
{
    public Task Consume(ConsumeContext<AlertDelivered> context)
    {
        push.Tell(context.Message);
        return Task.CompletedTask;
    }
}
