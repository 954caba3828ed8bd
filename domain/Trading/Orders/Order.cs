using System.Collections.Immutable;

namespace AlgoStack.Trading.Orders;

/// <summary>
/// An order as its events make it. <see cref="Apply(OrderEvent)"/> never refuses: what a venue tells may come twice, late and in any
/// order, and what it traded is money whatever was said before.
/// </summary>
public sealed record Order(OrderIntent Intent)
{
    public ClientOrderId Id => Intent.OrderId;

    public OrderStatus Status { get; init; } = OrderStatus.Requested;

    /// <summary>In all, what has traded included.</summary>
    public decimal Quantity { get; init; } = Intent.Quantity;

    public decimal? LimitPrice { get; init; } = Intent.LimitPrice;

    public decimal? StopPrice { get; init; } = Intent.StopPrice;

    public decimal Filled { get; init; }

    /// <summary>Sum of quantity × price over the fills.</summary>
    public decimal FilledValue { get; init; }

    /// <summary>What may still trade.</summary>
    public decimal Leaves => Status.IsFinal() ? 0 : Math.Max(Quantity - Filled, 0);

    /// <inheritdoc cref="OrderResized.ThenOpen"/>
    public decimal? ThenOpen { get; init; }

    /// <summary>Our id in the venue's form, since it was submitted.</summary>
    public string? VenueClientId { get; init; }

    public string? VenueOrderId { get; init; }

    public DateTimeOffset? ApprovedAt { get; init; }

    public DateTimeOffset? SubmittedAt { get; init; }

    /// <summary>Its price was seen, and it is to leave.</summary>
    public bool IsTouched { get; init; }

    /// <summary>No exit of the group that is named after it is sent any more.</summary>
    public bool AreExitsEnded { get; init; }

    /// <summary>Why the venue was asked to take it back, unless it refused.</summary>
    public string? CancelReason { get; init; }

    /// <summary>What is to be changed, while that is not done or refused.</summary>
    public OrderReplaceRequested? Change { get; init; }

    /// <summary>Our id of what was last to take its place at the venue: though that was refused, it may have been done.</summary>
    public string? ChangedAs { get; init; }

    /// <summary>Of the fills that are booked.</summary>
    public ImmutableHashSet<string> TradeIds { get; init; } = [];

    /// <summary>What stood in its place at the venue before, oldest first: a venue may make another order of a changed one.</summary>
    public ImmutableList<ReplacedOrder> Earlier { get; init; } = [];

    /// <summary>What it moves a position by, once all that is left has traded.</summary>
    public decimal SignedLeaves => Intent.Side == OrderSide.Buy ? Leaves : -Leaves;

    /// <summary>What has traded of it under a venue's name: under one that it had before, else under the one that it has.</summary>
    public (decimal Quantity, decimal Value) FilledAs(string venueOrderId)
    {
        if (Earlier.IsEmpty) return (Filled, FilledValue);

        return Earlier.Find(e => e.VenueOrderId == venueOrderId) is { } earlier
            ? (earlier.Filled, earlier.Value)
            : (Filled - Earlier.Sum(e => e.Filled), FilledValue - Earlier.Sum(e => e.Value));
    }

    /// <summary>Whether the venue had called it so before another order took its place.</summary>
    public bool WasEarlier(string venueOrderId) => Earlier.Exists(e => e.VenueOrderId == venueOrderId);

    /// <summary>An order from its stream; null from an empty one.</summary>
    /// <exception cref="InvalidOperationException">The stream does not begin with the order's request.</exception>
    public static Order? From(IEnumerable<OrderEvent> events)
    {
        Order? order = null;
        foreach (var e in events)
        {
            order = (order, e) switch
            {
                (null, OrderRequested requested) => new Order(requested.Intent),
                (null, _) => throw new InvalidOperationException($"Order {e.OrderId}: expected {nameof(OrderRequested)} first, found {e.GetType().Name}."),
                _ => order.Apply(e),
            };
        }

        return order;
    }

    public Order Apply(OrderEvent e) => e switch
    {
        OrderDenied => this with { Status = OrderStatus.Denied },
        OrderApproved => this with { Status = OrderStatus.Approved, ApprovedAt = e.At },
        OrderResized resized => this with { Quantity = resized.Quantity, ThenOpen = resized.ThenOpen },
        OrderTouched => this with { IsTouched = true },
        OrderExitsEnded => this with { AreExitsEnded = true },
        OrderSubmitted submitted => this with
        {
            Status = OrderStatus.Submitted,
            SubmittedAt = e.At,
            VenueClientId = submitted.VenueClientId ?? Id.Value,
        },
        OrderBecameUnknown when !Status.IsFinal() => this with { Status = OrderStatus.Unknown },
        OrderReconciled reconciled when Status is OrderStatus.Unknown or OrderStatus.Submitted => this with
        {
            Status = reconciled.IsAtVenue ? Working(Filled) : OrderStatus.Approved,
        },
        OrderAccepted accepted => this with
        {
            Status = Status.IsFinal() ? Status : Working(Filled),
            VenueOrderId = accepted.VenueOrderId,
        },
        OrderRejected => this with { Status = OrderStatus.Rejected },
        OrderFilled fill => Apply(fill),
        OrderCancelRequested requested => this with { CancelReason = requested.Reason },
        OrderCancelRefused => this with { CancelReason = null },
        OrderReplaceRequested requested => this with { Change = requested, ChangedAs = requested.VenueClientId },
        OrderReplaceRefused => this with { Change = null },
        OrderReplaced replaced => this with
        {
            Earlier = VenueOrderId is { } id && id != replaced.VenueOrderId
                ? Earlier.Add(new ReplacedOrder(id, VenueClientId!, FilledAs(id).Quantity, FilledAs(id).Value))
                : Earlier,
            VenueOrderId = replaced.VenueOrderId,
            VenueClientId = replaced.VenueClientId,
            Quantity = replaced.Quantity,
            LimitPrice = replaced.LimitPrice,
            StopPrice = replaced.StopPrice,
            Change = null,
        },
        OrderCanceled => this with { Status = OrderStatus.Canceled, Change = null },
        OrderExpired => this with { Status = OrderStatus.Expired, Change = null },
        OrderSplit split => this with
        {
            Quantity = Filled + split.Leaves,
            LimitPrice = split.LimitPrice,
            StopPrice = split.StopPrice,
        },
        _ => this,
    };

    private Order Apply(OrderFilled fill)
    {
        // What an earlier one traded late is no less left of the one in its place.
        var earlier = fill.VenueOrderId is { } id ? Earlier.Find(e => e.VenueOrderId == id) : null;
        var quantity = earlier is null ? Quantity : Quantity + fill.Quantity;
        var filled = Filled + fill.Quantity;
        return this with
        {
            Quantity = quantity,
            Earlier = earlier is null
                ? Earlier
                : Earlier.Replace(earlier, earlier with { Filled = earlier.Filled + fill.Quantity, Value = earlier.Value + (fill.Quantity * fill.Price) }),
            Filled = filled,
            FilledValue = FilledValue + (fill.Quantity * fill.Price),
            TradeIds = TradeIds.Add(fill.TradeId),
            // A late fill does not bring back to life what was canceled.
            Status = Status.IsFinal() ? Status : Working(filled, quantity),
        };
    }

    private OrderStatus Working(decimal filled) => Working(filled, Quantity);

    private static OrderStatus Working(decimal filled, decimal quantity) =>
        filled >= quantity ? OrderStatus.Filled : filled > 0 ? OrderStatus.PartiallyFilled : OrderStatus.Accepted;
}
