namespace AlgoStack.Contracts.Orders;

/// <summary>
/// Place an order: <c>POST /orders</c>, with an <c>Idempotency-Key</c> that names it for good: the same key is the same order.
/// </summary>
/// <param name="Instrument">As the account's venue lists it: <c>AAPL.ALPACA</c>.</param>
/// <param name="Side"><c>Buy</c> or <c>Sell</c>.</param>
/// <param name="Type"><c>Market</c>, <c>Limit</c>, <c>Stop</c>, <c>StopLimit</c> or <c>TrailingStop</c>.</param>
/// <param name="Quantity">In units of the instrument, in whole lots.</param>
/// <param name="TrailBy">Money behind the best price.</param>
/// <param name="TimeInForce"><c>Gtc</c>, <c>Day</c>, <c>Ioc</c> or <c>Fok</c>; <c>Gtc</c> where it is not said, or what the venue takes.</param>
/// <param name="Strategy">Whose order it is; <c>manual</c> where it is not said.</param>
/// <param name="TakeProfit">Close what the order has traded at this price: with <paramref name="StopLoss"/> a bracket, alone an order that triggers another.</param>
/// <param name="StopLoss">
/// Close what the order has traded, from its first fill on, at this price. With a limit order that is <paramref name="ReduceOnly"/>,
/// the two are exits of what is held, of which one cancels the other.
/// </param>
public sealed record SubmitOrder(
    string Account,
    string Instrument,
    string Side,
    string Type,
    decimal Quantity,
    decimal? LimitPrice = null,
    decimal? StopPrice = null,
    decimal? TrailBy = null,
    string? TimeInForce = null,
    bool PostOnly = false,
    bool ReduceOnly = false,
    string? Strategy = null,
    TakeProfit? TakeProfit = null,
    StopLoss? StopLoss = null);

/// <summary>A limit order that closes at a gain. Where the venue has no room for it beside the stop, it leaves once its price is seen.</summary>
public sealed record TakeProfit(decimal LimitPrice);

/// <summary>A stop order that closes before a loss grows.</summary>
/// <param name="LimitPrice">The worst price to trade at once the stop is reached; the market's where it is not said.</param>
public sealed record StopLoss(decimal StopPrice, decimal? LimitPrice = null);

/// <summary>
/// Bring a position to a target: <c>POST /positions/target</c>. What is held and what works already count: where they come to the
/// target nothing is sent. 0 closes: what works is taken back, and what is held is sold or bought back at the market.
/// </summary>
/// <param name="Target">Signed; below zero is short.</param>
public sealed record TargetPosition(string Account, string Instrument, decimal Target, string? Strategy = null);

/// <summary>Change what is left of an order: <c>PATCH /orders/{id}</c>. Null stays as it is.</summary>
/// <param name="Quantity">In all, what has traded included.</param>
public sealed record ReplaceOrder(decimal? Quantity = null, decimal? LimitPrice = null, decimal? StopPrice = null);

/// <summary>Take back all orders: <c>POST /accounts/{account}/cancel-all</c>; or close all positions too: <c>POST /accounts/{account}/close-all</c>.</summary>
/// <param name="Instrument">Of which; all where it is not said.</param>
public sealed record CloseAccount(string Reason, string? Instrument = null);

/// <summary>Where an order stands once what was asked is committed.</summary>
/// <param name="Status">As in <see cref="OrderView"/>.</param>
/// <param name="Exits">The orders that close it, those that were before them too; null of an order without any.</param>
public sealed record OrderState(
    string OrderId,
    string Account,
    string Instrument,
    string Side,
    string Type,
    decimal Quantity,
    decimal Filled,
    string Status,
    string? VenueOrderId,
    IReadOnlyList<OrderExit>? Exits = null);

/// <summary>An exit of an order.</summary>
/// <param name="Leg"><c>TakeProfit</c> or <c>StopLoss</c>. One that is sent again is an order of its own.</param>
/// <param name="Quantity">Until it is sent, the most that it can be for.</param>
/// <param name="Status">As in <see cref="OrderView"/>; <c>Approved</c> while it waits for the entry, for its price or for the other to come back.</param>
public sealed record OrderExit(
    string OrderId, string Leg, string Type, decimal Quantity, decimal Filled, string Status, decimal? LimitPrice, decimal? StopPrice);

/// <summary>What came of asking for orders.</summary>
public sealed record OrdersSubmitted(IReadOnlyList<OrderState> Orders);

/// <summary>One thing that happened to an order: <c>GET /orders/{id}/events</c>, oldest first.</summary>
/// <param name="Kind">The stored event's name, as in <c>order_filled</c>.</param>
/// <param name="Data">The event as it is stored: JSON.</param>
/// <param name="At">Of the event; <paramref name="CommittedAt"/> when it was written down.</param>
public sealed record OrderHistoryItem(
    long Position, string Kind, string Data, DateTimeOffset At, DateTimeOffset CommittedAt, string? CorrelationId, string? CausationId);
