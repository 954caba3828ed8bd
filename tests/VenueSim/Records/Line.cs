using System.Text.Json.Serialization;
using AlgoStack.VenueSim.Books;
using AlgoStack.VenueSim.Faults;

namespace AlgoStack.VenueSim.Records;

/// <summary>One change of the venue's state: one line of its file. The README describes each to those who read the file.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CashMoved), "cash")]
[JsonDerivedType(typeof(PositionMoved), "position")]
[JsonDerivedType(typeof(PriceSet), "price")]
[JsonDerivedType(typeof(MarketSwitched), "market")]
[JsonDerivedType(typeof(AssetListed), "asset")]
[JsonDerivedType(typeof(FaultsSwitched), "faults")]
[JsonDerivedType(typeof(OrderAccepted), "accepted")]
[JsonDerivedType(typeof(OrderReleased), "released")]
[JsonDerivedType(typeof(OrderTriggered), "triggered")]
[JsonDerivedType(typeof(OrderFilled), "filled")]
[JsonDerivedType(typeof(OrderReplaced), "replaced")]
[JsonDerivedType(typeof(OrderClosed), "closed")]
internal abstract record Line
{
    /// <summary>1 for the first line, and one more for each.</summary>
    [JsonPropertyOrder(-2)]
    public long N { get; init; }

    /// <summary>UTC, later than that of the line before.</summary>
    [JsonPropertyOrder(-1)]
    public DateTimeOffset At { get; init; }
}

internal sealed record CashMoved(decimal Amount, string Reason) : Line;

/// <summary>Units came or went without a trade.</summary>
/// <param name="Qty">Negative where they went.</param>
internal sealed record PositionMoved(string Symbol, decimal Qty, string Reason) : Line;

/// <param name="Available">How much may trade until the next price of the symbol, or null for any quantity.</param>
internal sealed record PriceSet(string Symbol, decimal Price, decimal? Available) : Line;

/// <param name="Parts">Into how many fills an order is cut.</param>
internal sealed record MarketSwitched(bool Open, int Parts) : Line;

internal sealed record AssetListed(string Symbol, bool Tradable, bool Fractionable) : Line;

internal sealed record FaultsSwitched(FaultSettings Faults) : Line;

internal sealed record OrderAccepted(OrderTerms Order, IReadOnlyList<OrderTerms> Legs) : Line;

/// <summary>A leg that was held for its entry may now do what it is for.</summary>
internal sealed record OrderReleased(long Order) : Line;

/// <summary>A stop's price was reached.</summary>
internal sealed record OrderTriggered(long Order) : Line;

internal sealed record OrderFilled(
    long Order, string Execution, string ClientOrderId, string Symbol, OrderSide Side, decimal Qty, decimal Price) : Line;

internal sealed record OrderReplaced(long Order, OrderTerms By) : Line;

/// <param name="Status">Canceled, Expired or Rejected.</param>
internal sealed record OrderClosed(long Order, OrderStatus Status, string Reason) : Line;
