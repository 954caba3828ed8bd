using System.Globalization;
using AlgoStack.VenueSim.Faults;
using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Books;

/// <summary>The state of the venue: what its lines come to, the same whether they are written now or read at a start.</summary>
internal sealed class VenueBook
{
    private const string IdPrefix = "a1a5eed0-0000-4000-8000-";

    /// <summary>Orders that are accepted together, at most.</summary>
    private const int MostAtOnce = 16;

    private static readonly string[] KnownSymbols = ["AAPL", "AMZN", "GOOG", "MSFT", "NVDA", "QQQ", "SPY", "TSLA", "BTC/USD", "ETH/USD"];

    private readonly List<Order> _orders = [];
    private readonly Dictionary<string, Order> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Order> _byClientId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<long, Order>> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _claimed = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Position> _positions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Market> _markets = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Asset> _assets =
        new(KnownSymbols.ToDictionary(s => s, s => new Asset(s, Tradable: true, Fractionable: true), StringComparer.Ordinal), StringComparer.Ordinal);

    private readonly HashSet<(string Id, string Symbol, OrderSide Side)> _given = [];
    private decimal _reserved;
    private long _ids;

    /// <summary>Every order there ever was; the first has the number 1.</summary>
    public IReadOnlyList<Order> Orders => _orders;

    public List<Execution> Executions { get; } = [];

    public decimal Cash { get; private set; }

    public bool IsOpen { get; private set; } = true;

    public int Parts { get; private set; } = 1;

    public FaultSettings Faults { get; private set; } = new();

    public IEnumerable<Position> Positions => _positions.Values.Where(p => p.Qty != 0);

    public IEnumerable<Asset> Assets => _assets.Values;

    /// <summary>In USD, at the last prices.</summary>
    public decimal Equity => Cash + Positions.Sum(ValueOf);

    /// <summary>
    /// In USD: cash less what open orders that open a position would cost, and less twice the short positions: what was got
    /// for them, and as much again as margin.
    /// </summary>
    public decimal BuyingPower => Math.Max(0, Cash - _reserved + (2 * Positions.Where(p => p.Qty < 0).Sum(ValueOf)));

    public Order? ById(string id) => _byId.GetValueOrDefault(id);

    public Order? ByClientId(string id) => _byClientId.GetValueOrDefault(id);

    public Order ByNumber(long number) => _orders[(int)number - 1];

    public IEnumerable<Order> OpenOrders(string symbol) => _open.TryGetValue(symbol, out var orders) ? orders.Values : [];

    public IEnumerable<Order> OpenOrders() => _open.Values.SelectMany(orders => orders.Values);

    public Position PositionOf(string symbol) => _positions.GetValueOrDefault(symbol) ?? new Position(symbol, 0, 0);

    /// <summary>How much of the position open orders would close.</summary>
    public decimal ClaimedOf(string symbol) => _claimed.GetValueOrDefault(symbol);

    public Market? MarketOf(string symbol) => _markets.GetValueOrDefault(symbol);

    public Asset? AssetOf(string symbol) => _assets.GetValueOrDefault(symbol);

    /// <summary>Negative when short; at the last price, or what was paid where there is none.</summary>
    public decimal ValueOf(Position position) => position.Qty * (MarketOf(position.Symbol)?.Price ?? position.AveragePrice);

    /// <summary>One that no order of this symbol and side has, though ids have begun again: those two nobody could tell apart by what they trade.</summary>
    /// <param name="ahead">How many were asked for before and are not accepted yet.</param>
    public string NextId(int ahead, string symbol, OrderSide side)
    {
        var id = _ids + ahead + 1;
        while (_given.Contains((IdOf(id), symbol, side))) id += MostAtOnce;
        return IdOf(id);
    }

    /// <summary>Venue order ids begin again, as after a restart of a venue that forgot them.</summary>
    public void RollIdsBack() => _ids = 0;

    public void Apply(Line line)
    {
        switch (line)
        {
            case CashMoved moved:
                Cash += moved.Amount;
                break;
            case PositionMoved moved:
                _positions[moved.Symbol] = PositionOf(moved.Symbol).After(moved.Qty, MarketOf(moved.Symbol)?.Price ?? 0);
                break;
            case PriceSet price:
                _assets.TryAdd(price.Symbol, new Asset(price.Symbol, Tradable: true, Fractionable: true));
                _markets[price.Symbol] = new Market(price.Price, price.Available);
                foreach (var order in OpenOrders(price.Symbol)) order.Trail(price.Price);
                break;
            case MarketSwitched market:
                Switch(market);
                break;
            case AssetListed listed:
                _assets[listed.Symbol] = new Asset(listed.Symbol, listed.Tradable, listed.Fractionable);
                break;
            case FaultsSwitched switched:
                Faults = switched.Faults;
                break;
            case OrderAccepted accepted:
                Add(accepted);
                break;
            case OrderReleased released:
                Change(released.Order, released.At, Release);
                break;
            case OrderTriggered triggered:
                Change(triggered.Order, triggered.At, order => (order.Triggered, order.Status) = (true, OrderStatus.New));
                break;
            case OrderFilled filled:
                Fill(filled);
                break;
            case OrderReplaced replaced:
                Replace(replaced);
                break;
            case OrderClosed closed:
                Change(closed.Order, closed.At, order => (order.Status, order.ClosedAt) = (closed.Status, closed.At));
                break;
        }
    }

    private static string IdOf(long number) => string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{number:x12}");

    private void Add(OrderAccepted accepted)
    {
        var parent = Add(accepted.Order, null, accepted.At);
        foreach (var terms in accepted.Legs)
        {
            var leg = Add(terms, parent, accepted.At);
            // Of an OCO pair both work from the beginning.
            leg.Released = terms.OrderClass == OrderClass.Oco;
            if (IsOpen || !leg.Released) leg.Status = OrderStatus.Held;
            parent.Legs.Add(leg);
        }
    }

    private Order Add(OrderTerms terms, Order? parent, DateTimeOffset at)
    {
        var market = MarketOf(terms.Symbol);
        var order = new Order(terms, at, parent)
        {
            Status = IsOpen ? OrderStatus.New : OrderStatus.Accepted,
            UnitCost = terms.LimitPrice ?? terms.StopPrice ?? market?.Price ?? 0,
        };
        if (market is not null) order.Trail(market.Price);
        _orders.Add(order);
        _ids = Math.Max(_ids + 1, long.Parse(terms.Id.AsSpan(IdPrefix.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        _given.Add((terms.Id, terms.Symbol, terms.Side));
        _byId[terms.Id] = order;
        _byClientId[terms.ClientOrderId] = order;
        if (!_open.TryGetValue(terms.Symbol, out var open)) _open.Add(terms.Symbol, open = []);
        open.Add(terms.Order, order);
        Hold(order, 1);
        return order;
    }

    private void Switch(MarketSwitched market)
    {
        (IsOpen, Parts) = (market.Open, market.Parts);
        if (!IsOpen) return;

        foreach (var order in OpenOrders().Where(o => o.Status == OrderStatus.Accepted))
            order.Status = order.Terms.Role == LegRole.StopLoss ? OrderStatus.Held : OrderStatus.New;
    }

    // The stop of a pair stays held until its price is reached: both cannot hold the same units.
    private void Release(Order order)
    {
        order.Released = true;
        if (order.Terms.Role != LegRole.StopLoss) order.Status = OrderStatus.New;
        if (MarketOf(order.Terms.Symbol) is { } market) order.Trail(market.Price);
    }

    private void Fill(OrderFilled line)
    {
        var order = ByNumber(line.Order);
        var signed = line.Side == OrderSide.Buy ? line.Qty : -line.Qty;
        Cash -= signed * line.Price;
        var position = PositionOf(line.Symbol).After(signed, line.Price);
        _positions[line.Symbol] = position;
        if (MarketOf(line.Symbol) is { } market) _markets[line.Symbol] = market.After(line.Qty);
        Change(line.Order, line.At, o =>
        {
            o.Filled += line.Qty;
            o.Value += line.Qty * line.Price;
            o.FilledAt = line.At;
            if (o.Filled >= o.Qty) o.Status = OrderStatus.Filled;
            else if (o.IsOpen) o.Status = OrderStatus.PartiallyFilled;
        });
        if (order.Other is { IsOpen: true } other) Change(other.Terms.Order, line.At, o => o.Qty = Math.Max(o.Filled, o.Qty - line.Qty));
        Executions.Add(new Execution(line.Execution, order, line.Qty, line.Price, order.Filled, order.Leaves, position.Qty, line.At));
    }

    private void Replace(OrderReplaced line)
    {
        var old = ByNumber(line.Order);
        var by = Add(line.By, old.Parent, line.At);
        (by.Released, by.Replaces) = (old.Released, old);
        if (old.Status is OrderStatus.Held or OrderStatus.Accepted) by.Status = old.Status;
        if (old.Parent is { } parent) parent.Legs[parent.Legs.IndexOf(old)] = by;
        by.Legs.AddRange(old.Legs);
        foreach (var leg in by.Legs) leg.Parent = by;
        Change(line.Order, line.At, order => (order.Status, order.ReplacedBy, order.ClosedAt) = (OrderStatus.Replaced, by, line.At));
    }

    private void Change(long number, DateTimeOffset at, Action<Order> change)
    {
        var order = ByNumber(number);
        Hold(order, -1);
        change(order);
        order.UpdatedAt = at;
        Hold(order, 1);
        if (!order.IsOpen) _open[order.Terms.Symbol].Remove(number);
    }

    private void Hold(Order order, int sign)
    {
        _reserved += sign * order.Reserved;
        _claimed[order.Terms.Symbol] = ClaimedOf(order.Terms.Symbol) + (sign * order.Claimed);
    }
}
