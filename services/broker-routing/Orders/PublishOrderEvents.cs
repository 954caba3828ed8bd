using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Contracts.Orders;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.ServiceDefaults.Messaging;
using AlgoStack.ServiceDefaults.Telemetry;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using MassTransit;
using Contract = AlgoStack.Contracts.Orders;
using Stored = AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>Tells others what became of orders, a page of the log at a time; the only place that publishes them.</summary>
public sealed class PublishOrderEvents(OrderedPublisher publisher, IBus bus, OrderIntents intents) : Subscription
{
    private const int Partition = 0;

    public override string Name => "publish_order_events";

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        var orders = events.Where(e => e.Data is OrderEvent).ToList();
        if (orders.Count > 0)
        {
            var message = Page(orders, await intents.OfAsync(orders, cancellationToken));
            using var activity = Tracing.Continue($"publish {nameof(OrdersChanged)}", orders[0].TraceParent, orders.Select(o => o.TraceParent));
            await publisher.PublishAsync(message, Partition, orders[^1].Id, cancellationToken);
        }

        foreach (var stored in events)
        {
            if (stored.Data is TradingSwitched switched) await TellAsync(switched, stored.Id, cancellationToken);
        }
    }

    private static OrdersChanged Page(List<StoredEvent> orders, IReadOnlyDictionary<ClientOrderId, OrderIntent> intents) => new(
        Partition,
        orders[0].Sequence,
        orders[^1].Sequence,
        Pick<Stored.OrderRequested, Contract.OrderRequested>(orders, intents, (position, _, i) => new(
            position, i.OrderId.Value, SessionBook.SessionOf(i.Account), i.Account, i.Strategy, i.Instrument.Value, i.Side.ToString(), i.Quantity, i.Type.ToString(), i.ReferencePrice, i.SignalId?.Value, i.At)),
        Pick<Stored.OrderDenied, Contract.OrderDenied>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.Code, e.Reason, e.At)),
        Pick<Stored.OrderSubmitted, Contract.OrderSubmitted>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.At)),
        Pick<Stored.OrderAccepted, Contract.OrderAccepted>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.VenueOrderId, e.At)),
        Pick<Stored.OrderRejected, Contract.OrderRejected>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.Reason, e.At)),
        Pick<Stored.OrderFilled, Contract.OrderFilled>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Strategy, i.Instrument.Value, i.Side.ToString(), e.TradeId, e.Quantity, e.Price, e.Commission, e.Leaves, e.At)),
        Pick<Stored.OrderCanceled, Contract.OrderCanceled>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.Reason, e.At)),
        PickAny<Stored.OrderBecameUnknown, Contract.OrderBecameUnknown>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.Reason, e.At)),
        PickAny<Stored.OrderReconciled, Contract.OrderReconciled>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.IsAtVenue, e.Finding, e.At)),
        PickAny<Stored.OrderOverfilled, Contract.OrderOverfilled>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.Excess, e.At)),
        PickAny<Stored.OrderCancelRequested, Contract.OrderCancelRequested>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.Reason, e.At)),
        PickAny<Stored.OrderReplaced, Contract.OrderReplaced>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.Quantity, e.LimitPrice, e.StopPrice, e.At)),
        PickAny<Stored.OrderExpired, Contract.OrderExpired>(orders, intents, (position, e, i) => new(
            position, i.OrderId.Value, i.Account, i.Instrument.Value, e.Reason, e.At)));

    /// <summary>Of kinds that came later: null where there is none, as before there were any.</summary>
    private static List<TContract>? PickAny<TStored, TContract>(
        List<StoredEvent> orders,
        IReadOnlyDictionary<ClientOrderId, OrderIntent> intents,
        Func<long, TStored, OrderIntent, TContract> tell)
        where TStored : OrderEvent => Pick(orders, intents, tell) is { Count: > 0 } told ? told : null;

    private static List<TContract> Pick<TStored, TContract>(
        List<StoredEvent> orders,
        IReadOnlyDictionary<ClientOrderId, OrderIntent> intents,
        Func<long, TStored, OrderIntent, TContract> tell)
        where TStored : OrderEvent
    {
        var told = new List<TContract>();
        foreach (var stored in orders)
        {
            if (stored.Data is TStored e) told.Add(tell(stored.Sequence, e, intents[e.OrderId]));
        }

        return told;
    }

    private Task TellAsync(TradingSwitched switched, Guid id, CancellationToken cancellationToken)
    {
        object message = switched.State switch
        {
            nameof(TradingState.Halted) => new TradingHalted(switched.Reason, switched.At, switched.Account, switched.Strategy),
            nameof(TradingState.Reducing) => new TradingReduced(switched.Reason, switched.At, switched.Account, switched.Strategy),
            _ => new TradingResumed(switched.Reason, switched.At, switched.Account, switched.Strategy),
        };
        return bus.Publish(message, message.GetType(), context => context.MessageId = id, cancellationToken);
    }
}
