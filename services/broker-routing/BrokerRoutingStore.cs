using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.BrokerRouting.Executions;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.BrokerRouting.Portfolios;
using AlgoStack.BrokerRouting.Positions;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Engine;
using AlgoStack.EventStore;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;

namespace AlgoStack.BrokerRouting;

/// <summary>What is in this service's log, by the names it is stored under for ever, and what follows it.</summary>
public static class BrokerRoutingStore
{
    public static void Configure(EventStoreOptions store)
    {
        StoredJson.Configure(store.Json);

        Orders(store);
        Positions(store);
        Accounts(store);
        PaperVenues(store);
        store.Event<AccountMarked>("account_marked");
        store.Event<TradingControlled>("trading_controlled");
        store.Event<TradingSwitched>("trading_switched");
        store.Event<ExecutionRequested>("execution_requested");
        store.Event<ExecutionStopped>("execution_stopped");
        store.Event<ExecutionEnded>("execution_ended");

        store.Async<OrderBlotter>();
        store.Async<ExecutionBook>();
        store.Async<PositionBook>();
        store.Async<AccountBook>();
        store.Async<VenueAccountBook>();
        store.Subscribe<PublishOrderEvents>();
    }

    private static void Orders(EventStoreOptions store)
    {
        store.Event<OrderRequested>("order_requested");
        store.Event<OrderDenied>("order_denied");
        store.Event<OrderSubmitted>("order_submitted");
        store.Event<OrderAccepted>("order_accepted");
        store.Event<OrderRejected>("order_rejected");
        store.Event<OrderFilled>("order_filled");
        store.Event<OrderCanceled>("order_canceled");
        store.Event<OrderApproved>("order_approved");
        store.Event<OrderResized>("order_resized");
        store.Event<OrderTouched>("order_touched");
        store.Event<OrderExitsEnded>("order_exits_ended");
        store.Event<OrderBecameUnknown>("order_became_unknown");
        store.Event<OrderReconciled>("order_reconciled");
        store.Event<OrderOverfilled>("order_overfilled");
        store.Event<OrderCancelRequested>("order_cancel_requested");
        store.Event<OrderCancelRefused>("order_cancel_refused");
        store.Event<OrderReplaceRequested>("order_replace_requested");
        store.Event<OrderReplaced>("order_replaced");
        store.Event<OrderReplaceRefused>("order_replace_refused");
        store.Event<OrderExpired>("order_expired");
    }

    private static void Positions(EventStoreOptions store)
    {
        store.Event<PositionOpened>("position_opened");
        store.Event<PositionChanged>("position_changed");
        store.Event<PositionClosed>("position_closed");
        store.Event<PositionAdjusted>("position_adjusted");
        store.Event<PositionSplit>("position_split");
        store.Event<DividendBooked>("dividend_booked");
    }

    private static void Accounts(EventStoreOptions store)
    {
        store.Event<AccountOpened>("account_opened");
        store.Event<AccountGated>("account_gated");
        store.Event<AccountReconciled>("account_reconciled");
        store.Event<AccountFlattened>("account_flattened");
        store.Event<RiskLimitsChanged>("risk_limits_changed");
        store.Event<RiskDayBegan>("risk_day_began");
        store.Event<DriftFound>("drift_found");
        store.Event<DriftResolved>("drift_resolved");
        store.Event<CashMoved>("cash_moved");
        store.Event<StrategyStood>("strategy_stood");
        store.Event<AccountValued>("account_valued");
        store.Event<CorporateActionTold>("corporate_action_told");
        store.Event<CorporateActionBooked>("corporate_action_booked");
        store.Event<CorporateActionDropped>("corporate_action_dropped");
        store.Event<CorporateActionPaid>("corporate_action_paid");
    }

    private static void PaperVenues(EventStoreOptions store)
    {
        store.Event<PaperOpened>("paper_opened");
        store.Event<PaperOrderAccepted>("paper_order_accepted");
        store.Event<PaperOrderRejected>("paper_order_rejected");
        store.Event<PaperOrderFilled>("paper_order_filled");
        store.Event<PaperOrderRested>("paper_order_rested");
        store.Event<PaperOrderReplaced>("paper_order_replaced");
        store.Event<PaperOrderCanceled>("paper_order_canceled");
        store.Event<PaperOrderExpired>("paper_order_expired");
    }
}
