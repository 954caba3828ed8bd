using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Venues;

/// <summary>An order as its venue shows it. What the venue does not say is null.</summary>
/// <param name="ClientOrderId">In the venue's form, see <see cref="VenueOrder.ClientId"/>; null where somebody else placed it without.</param>
/// <param name="Symbol">The venue's own.</param>
/// <param name="Quantity">Null where it was sized in money.</param>
/// <param name="Filled">Cumulative, in units of the instrument; of an order in another's place its own alone.</param>
/// <param name="AveragePrice">Of what has filled.</param>
/// <param name="ReplacedBy">The venue's id of the order in its place.</param>
/// <param name="Reason">Why it was rejected, canceled or has expired, in the venue's words.</param>
/// <param name="Executions">Fills that came with it; not all of them, where <paramref name="Filled"/> is more.</param>
public sealed record OrderSnapshot(
    string VenueOrderId,
    string? ClientOrderId,
    string Symbol,
    VenueOrderStatus Status,
    OrderSide? Side,
    OrderType? Type,
    TimeInForce? TimeInForce,
    decimal? Quantity,
    decimal Filled,
    decimal? AveragePrice,
    decimal? LimitPrice,
    decimal? StopPrice,
    string? ReplacedBy,
    string? Reason,
    DateTimeOffset? At,
    IReadOnlyList<Execution> Executions)
{
    /// <summary>Null where <see cref="Quantity"/> is.</summary>
    public decimal? Remaining => Quantity - Filled;
}

/// <summary>One fill as its venue reports it.</summary>
/// <param name="TradeId">The venue's id of the execution, unique for the account and symbol; see <see cref="OfCumulative"/> where it has none.</param>
/// <param name="Fee">Above zero when paid; null where the venue does not say.</param>
/// <param name="FeeAsset">What the fee was paid in.</param>
/// <param name="Cumulative">Filled of the order, this one included; null where the venue does not say.</param>
public sealed record Execution(
    string TradeId,
    string VenueOrderId,
    string? ClientOrderId,
    string Symbol,
    OrderSide Side,
    decimal Quantity,
    decimal Price,
    decimal? Fee,
    string? FeeAsset,
    decimal? Cumulative,
    DateTimeOffset At)
{
    /// <summary>The key of a fill that has no id: the order, and how much of it had filled then.</summary>
    public static string OfCumulative(string venueOrderId, decimal cumulative) =>
        FormattableString.Invariant($"{venueOrderId}@{cumulative.Normalized()}");
}
