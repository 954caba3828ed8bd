using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>What brought about each of the events that are decided in one turn.</summary>
/// <param name="begun">When the turn began, and what had come in waited no more.</param>
internal sealed class TurnCauses(DateTimeOffset begun)
{
    private readonly List<(Cause Cause, ClientOrderId? Order)> _events = [];
    private readonly Dictionary<ClientOrderId, (Cause Taken, Cause Own)> _byOrder = [];

    /// <summary>All events that are new in the list have this cause; of an order that a signal asked for it is the signal.</summary>
    public void Note(IReadOnlyList<object> events, Cause cause)
    {
        while (_events.Count < events.Count)
        {
            var e = events[_events.Count];
            var order = OrderOf(events, _events.Count);
            var own = e is OrderRequested { Intent.SignalId: { } signal } ? cause with { Name = $"signal:{signal}" }
                : order is not null && _byOrder.TryGetValue(order, out var known) && known.Taken == cause ? known.Own
                : cause;
            if (order is not null) _byOrder[order] = (cause, own);
            _events.Add((own, order));
        }
    }

    /// <summary>As <see cref="Note"/>, of what the desk went on with by itself: where an order was taken up in this turn, its cause is that.</summary>
    public void NoteFollowing(IReadOnlyList<object> events, Cause otherwise)
    {
        while (_events.Count < events.Count)
        {
            var order = OrderOf(events, _events.Count);
            _events.Add((order is not null && _byOrder.TryGetValue(order, out var known) ? known.Own : otherwise, order));
        }
    }

    /// <summary>What is stored beside one of the events.</summary>
    public EventOrigin OriginOf(int i)
    {
        var (cause, order) = _events[i];
        if (order is null) return new EventOrigin(cause.Trace == default ? null : cause.Trace.TraceId.ToString(), cause.Name, cause.Trace);

        var trace = OrderTrace.Of(order);
        return new EventOrigin(trace.TraceId.ToString(), cause.Name, trace);
    }

    /// <summary>Adds the events to the traces and figures of their orders, once they are committed.</summary>
    public void Tell(IReadOnlyList<object> events, EventTypes types, string account, string venue, DateTimeOffset decided, DateTimeOffset committed)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is not OrderEvent e) continue;

            var cause = _events[i].Cause;
            OrderMeter.Count(account, venue, e);
            switch (e)
            {
                case OrderRequested { Intent: var intent }:
                    OrderTrace.Note(
                        "order routed",
                        e.OrderId,
                        cause.From,
                        begun,
                        cause.Trace,
                        new("algostack.account", account),
                        new("algostack.broker", venue),
                        new("algostack.strategy", intent.Strategy),
                        new("algostack.instrument", intent.Instrument.Value),
                        new("algostack.signal.id", intent.SignalId?.Value));
                    break;
                case OrderApproved:
                    OrderTrace.Note("order decided", e.OrderId, begun, decided, default, new KeyValuePair<string, object?>("algostack.decision", "approved"));
                    break;
                case OrderDenied denied:
                    OrderTrace.Note(
                        "order decided", e.OrderId, begun, decided, default, new("algostack.decision", "denied"), new("error.type", denied.Code));
                    break;
                case OrderSubmitted:
                    OrderTrace.Note("order committed", e.OrderId, decided, committed, default);
                    break;
                case OrderFilled filled:
                    OrderTrace.Note(
                        "order filled",
                        e.OrderId,
                        cause.From,
                        committed,
                        cause.Trace,
                        new("algostack.cause", cause.Name),
                        new("algostack.trade.id", filled.TradeId),
                        new("algostack.quantity", (double)filled.Quantity),
                        new("algostack.price", (double)filled.Price),
                        new("algostack.leaves", (double)filled.Leaves));
                    break;
                default:
                    // As in "order accepted".
                    OrderTrace.Note(types.NameOf(e.GetType()).Replace('_', ' '), e.OrderId, cause.From, committed, cause.Trace, new KeyValuePair<string, object?>("algostack.cause", cause.Name));
                    break;
            }
        }
    }

    // A position comes right after the fill that moved it.
    private static ClientOrderId? OrderOf(IReadOnlyList<object> events, int i) => events[i] switch
    {
        OrderEvent order => order.OrderId,
        CashMoved cash => cash.OrderId,
        PositionOpened or PositionChanged or PositionClosed when i > 0 && events[i - 1] is OrderFilled fill => fill.OrderId,
        _ => null,
    };
}
