using System.Collections.Immutable;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Paper;

/// <summary>An order in a paper venue's book.</summary>
internal sealed record PaperOrder(
    string VenueOrderId,
    string ClientId,
    string Symbol,
    OrderSide Side,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal Quantity,
    DateTimeOffset AcceptedAt)
{
    public VenueOrderStatus Status { get; init; } = VenueOrderStatus.New;

    /// <summary>What it waits as, see <see cref="PaperOrderRested"/>.</summary>
    public OrderType WaitsAs { get; init; } = Type;

    public decimal? LimitPrice { get; init; }

    /// <summary>Where the stop stands; null where there is none to be reached, or a trailing one that no bar has placed yet.</summary>
    public decimal? StopPrice { get; init; }

    public decimal? TrailBy { get; init; }

    public bool PostOnly { get; init; }

    public bool ReduceOnly { get; init; }

    public decimal Tick { get; init; }

    public decimal Lot { get; init; }

    public string Currency { get; init; } = "";

    /// <summary>When it came, or was last changed.</summary>
    public DateTimeOffset ArrivedAt { get; init; } = AcceptedAt;

    /// <summary>It has been through a bar, so that it gives others a price to take.</summary>
    public bool HasWaited { get; init; }

    public string? Reason { get; init; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset At { get; init; } = AcceptedAt;

    public decimal Filled { get; init; }

    /// <summary>Sum of quantity × price over the fills.</summary>
    public decimal FilledValue { get; init; }

    public ImmutableList<Execution> Executions { get; init; } = [];

    public decimal Leaves => Quantity - Filled;

    public bool IsBuy => Side == OrderSide.Buy;

    /// <summary>What does not trade at once is no more.</summary>
    public bool IsImmediate => TimeInForce is TimeInForce.Ioc or TimeInForce.Fok;

    /// <summary>When the venue's day, which is UTC's, is over.</summary>
    public DateTimeOffset DayEnds => new(AcceptedAt.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);

    public static PaperOrder From(PaperOrderAccepted e) => new(e.VenueOrderId, e.ClientId, e.Symbol, e.Side, e.Type, e.TimeInForce, e.Quantity, e.At)
    {
        LimitPrice = e.LimitPrice,
        StopPrice = e.StopPrice,
        TrailBy = e.TrailBy,
        PostOnly = e.PostOnly,
        ReduceOnly = e.ReduceOnly,
        Tick = e.Tick,
        Lot = e.Lot,
        Currency = e.Currency,
    };

    public static PaperOrder From(PaperOrderRejected e) => new(e.VenueOrderId, e.ClientId, e.Symbol, e.Side, e.Type, e.TimeInForce, e.Quantity, e.At)
    {
        Status = VenueOrderStatus.Rejected,
        Reason = e.Reason,
    };

    public PaperOrder Apply(PaperOrderEvent e) => e switch
    {
        PaperOrderFilled fill => Apply(fill),
        PaperOrderRested rested => this with { WaitsAs = rested.Type, StopPrice = rested.StopPrice, HasWaited = true },
        PaperOrderReplaced replaced => this with
        {
            ClientId = replaced.ClientId,
            Quantity = replaced.Quantity,
            LimitPrice = replaced.LimitPrice,
            StopPrice = replaced.StopPrice,
            ArrivedAt = e.At,
            At = e.At,
            HasWaited = false,
        },
        PaperOrderCanceled canceled => this with { Status = VenueOrderStatus.Canceled, Reason = canceled.Reason, At = e.At },
        PaperOrderExpired expired => this with { Status = VenueOrderStatus.Expired, Reason = expired.Reason, At = e.At },
        _ => throw new InvalidOperationException($"{e.GetType().Name} is nothing that happens to an order of the book."),
    };

    /// <param name="executions">All where it is null.</param>
    public OrderSnapshot Snapshot(IReadOnlyList<Execution>? executions = null) => new(
        VenueOrderId,
        ClientId,
        Symbol,
        Status,
        Side,
        Type,
        TimeInForce,
        Quantity,
        Filled,
        Filled > 0 ? FilledValue / Filled : null,
        LimitPrice,
        StopPrice,
        ReplacedBy: null,
        Reason,
        At,
        executions ?? Executions);

    private PaperOrder Apply(PaperOrderFilled fill)
    {
        var filled = Filled + fill.Quantity;
        return this with
        {
            Filled = filled,
            FilledValue = FilledValue + (fill.Quantity * fill.Price),
            Status = filled == Quantity ? VenueOrderStatus.Filled : VenueOrderStatus.PartiallyFilled,
            At = fill.At,
            Executions = Executions.Add(new Execution(
                fill.TradeId, VenueOrderId, ClientId, Symbol, Side, fill.Quantity, fill.Price, fill.Commission, Currency, filled, fill.At)),
        };
    }
}
