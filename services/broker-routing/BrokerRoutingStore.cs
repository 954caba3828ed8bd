using AlgoStack.BrokerRouting.Orders;
using AlgoStack.BrokerRouting.Portfolios;
using AlgoStack.BrokerRouting.Positions;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.EventStore;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;

namespace AlgoStack.BrokerRouting;

/// <summary>What is in this service's log, by the names it is stored under for ever, and what follows it.</summary>
public static class BrokerRoutingStore
{
    public static void Configure(EventStoreOptions store)
    {
        StoredJson.Configure(store.Json);

        store.Event<OrderRequested>("order_requested");
        store.Event<OrderDenied>("order_denied");
        store.Event<OrderSubmitted>("order_submitted");
        store.Event<OrderAccepted>("order_accepted");
        store.Event<OrderRejected>("order_rejected");
        store.Event<OrderFilled>("order_filled");
        store.Event<OrderCanceled>("order_canceled");
        store.Event<PositionOpened>("position_opened");
        store.Event<PositionChanged>("position_changed");
        store.Event<PositionClosed>("position_closed");
        store.Event<AccountMarked>("account_marked");
        store.Event<TradingControlled>("trading_controlled");
        store.Event<TradingSwitched>("trading_switched");

        store.Async<OrderBlotter>();
        store.Async<PositionBook>();
        store.Async<AccountBook>();
        store.Subscribe<PublishOrderEvents>();
    }
}
