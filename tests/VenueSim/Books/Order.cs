using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Books;

/// <summary>An order and what became of it. Only <see cref="VenueBook"/> changes it.</summary>
internal sealed class Order(OrderTerms terms, DateTimeOffset at, Order? parent)
{
    public OrderTerms Terms { get; } = terms;

    public Order? Parent { get; set; } = parent;

    public List<Order> Legs { get; } = [];

    public OrderStatus Status { get; set; }

    /// <summary>What it is for now: less than ordered where <see cref="Other"/> has traded some.</summary>
    public decimal Qty { get; set; } = terms.Qty;

    public decimal Filled { get; set; }

    /// <summary>Quantity times price over all fills, in USD.</summary>
    public decimal Value { get; set; }

    /// <summary>False for a leg whose entry has not filled.</summary>
    public bool Released { get; set; } = true;

    public bool Triggered { get; set; } = terms.Type is OrderType.Market or OrderType.Limit;

    /// <summary>The best price that a trailing stop has seen.</summary>
    public decimal? HighWaterMark { get; set; }

    public decimal? StopPrice { get; set; } = terms.StopPrice;

    /// <summary>What a unit takes of the buying power, in USD.</summary>
    public decimal UnitCost { get; set; }

    public Order? ReplacedBy { get; set; }

    public Order? Replaces { get; set; }

    public DateTimeOffset CreatedAt { get; } = at;

    public DateTimeOffset UpdatedAt { get; set; } = at;

    public DateTimeOffset? FilledAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public bool IsOpen => Status is OrderStatus.Accepted or OrderStatus.PendingNew or OrderStatus.New or OrderStatus.Held or OrderStatus.PartiallyFilled;

    public decimal Leaves => Math.Max(0, Qty - Filled);

    public decimal? AveragePrice => Filled > 0 ? Value / Filled : null;

    public bool Buys => Terms.Side == OrderSide.Buy;

    /// <summary>The order that ends when this one trades: the other leg, or of an OCO pair the other order.</summary>
    public Order? Other => Terms.OrderClass switch
    {
        OrderClass.Oco => Parent ?? Legs.FirstOrDefault(),
        OrderClass.Bracket when Parent is { } entry => entry.Legs.Find(leg => leg != this),
        _ => null,
    };

    /// <summary>What it holds back of the buying power, in USD. A leg holds nothing: its entry did.</summary>
    public decimal Reserved => IsOpen && Terms is { Opens: true, Role: null } ? Leaves * UnitCost : 0;

    /// <summary>What it holds back of the position.</summary>
    public decimal Claimed => IsOpen && Terms is { Opens: false, Role: null } ? Leaves : 0;

    /// <summary>Moves a trailing stop after the price.</summary>
    public void Trail(decimal price)
    {
        if (Terms.Type != OrderType.TrailingStop || Triggered) return;

        HighWaterMark = Buys ? Math.Min(HighWaterMark ?? price, price) : Math.Max(HighWaterMark ?? price, price);
        var distance = Terms.TrailPrice ?? HighWaterMark.Value * Terms.TrailPercent!.Value / 100;
        StopPrice = Buys ? HighWaterMark + distance : HighWaterMark - distance;
    }

    /// <summary>Whether the price is one that it may trade at.</summary>
    public bool Accepts(decimal price) => Terms.Type is not (OrderType.Limit or OrderType.StopLimit)
        || (Buys ? price <= Terms.LimitPrice : price >= Terms.LimitPrice);

    public bool IsTriggeredBy(decimal price) => !Triggered && (Buys ? price >= StopPrice : price <= StopPrice);

    public override string ToString() => $"{Terms.ClientOrderId} {Terms.Side} {DecimalText.Of(Qty)} {Terms.Symbol} {Status}";
}
