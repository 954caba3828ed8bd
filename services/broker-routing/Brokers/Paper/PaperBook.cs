using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Paper;

/// <summary>
/// What a paper venue has of an account: orders, cash, positions; a fold over its stream and nothing else. What is asked of
/// it is decided into events, which are part of the book at once and in <see cref="News"/> until they are committed; a book whose
/// events could not be committed is thrown away. No clock, no I/O; not safe for several threads.
/// </summary>
internal sealed partial class PaperBook
{
    private readonly Dictionary<string, PaperOrder> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byClientId = new(StringComparer.Ordinal);
    private readonly List<string> _working = [];
    private readonly Dictionary<string, decimal> _cash = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Position> _positions = new(StringComparer.Ordinal);
    private readonly List<Execution> _executions = [];
    private readonly List<PaperEvent> _news = [];
    private readonly List<OrderSnapshot> _told = [];

    /// <summary>Of the stream, <see cref="News"/> not counted.</summary>
    public long Version { get; private set; }

    public IReadOnlyList<PaperEvent> News => _news;

    /// <summary>What whoever listens is to be told of <see cref="News"/>, once they are committed.</summary>
    public IReadOnlyList<OrderSnapshot> Told => _told;

    public IReadOnlyDictionary<string, decimal> Cash => _cash;

    /// <summary>Signed, by symbol; what is flat is not among them.</summary>
    public IReadOnlyDictionary<string, Position> Positions => _positions;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Execution> Executions => _executions;

    /// <summary>Orders that may trade, in the order in which they came.</summary>
    public IEnumerable<PaperOrder> Working => _working.Select(id => _orders[id]);

    public bool HasWork => _working.Count > 0;

    public PaperOrder? Find(VenueOrderRef order) =>
        order.VenueOrderId is { } id ? _orders.GetValueOrDefault(id)
        : _byClientId.TryGetValue(order.ClientId, out var known) ? _orders[known]
        : null;

    /// <summary>Takes what the stream has at the next version.</summary>
    /// <returns>What whoever listens is to be told of it; null for nothing.</returns>
    public OrderSnapshot? Apply(PaperEvent stored)
    {
        Version++;
        return Fold(stored);
    }

    /// <summary>Everything in <see cref="News"/> is in the stream now.</summary>
    public void Committed()
    {
        Version += _news.Count;
        _news.Clear();
        _told.Clear();
    }

    private void Decide(PaperEvent e)
    {
        _news.Add(e);
        if (Fold(e) is { } told) _told.Add(told);
    }

    private OrderSnapshot? Fold(PaperEvent e)
    {
        switch (e)
        {
            case PaperOpened opened:
                foreach (var (currency, amount) in opened.Cash) _cash[currency] = amount;
                return null;
            case PaperOrderAccepted accepted:
                _working.Add(accepted.VenueOrderId);
                return Keep(PaperOrder.From(accepted)).Snapshot();
            case PaperOrderRejected rejected:
                return Keep(PaperOrder.From(rejected)).Snapshot();
            case PaperOrderRested rested:
                Keep(_orders[rested.VenueOrderId].Apply(rested));
                return null;
            case PaperOrderFilled fill:
                var filled = Keep(_orders[fill.VenueOrderId].Apply(fill));
                Book(filled, fill);
                return filled.Snapshot([filled.Executions[^1]]);
            case PaperOrderReplaced replaced:
                // It has lost its place.
                _working.Remove(replaced.VenueOrderId);
                _working.Add(replaced.VenueOrderId);
                return Keep(_orders[replaced.VenueOrderId].Apply(replaced)).Snapshot([]);
            case PaperOrderEvent other:
                return Keep(_orders[other.VenueOrderId].Apply(other)).Snapshot([]);
            default:
                throw new InvalidOperationException($"{e.GetType().Name} is nothing that a paper venue has in its book.");
        }
    }

    private PaperOrder Keep(PaperOrder order)
    {
        _orders[order.VenueOrderId] = order;
        _byClientId[order.ClientId] = order.VenueOrderId;
        if (order.Status.IsFinal()) _working.Remove(order.VenueOrderId);
        return order;
    }

    private void Book(PaperOrder order, PaperOrderFilled fill)
    {
        var value = fill.Quantity * fill.Price;
        _cash[order.Currency] += (order.IsBuy ? -value : value) - fill.Commission;
        _executions.Add(order.Executions[^1]);

        var after = _positions.GetValueOrDefault(order.Symbol).After(order.Side, fill.Quantity, fill.Price);
        if (after.Quantity == 0) _positions.Remove(order.Symbol);
        else _positions[order.Symbol] = after;
    }
}
