namespace AlgoStack.Testing.Venues;

/// <param name="Number">The venue's own number, never used twice.</param>
/// <param name="Id">What the venue calls it; after an id rollback two orders have the same.</param>
/// <param name="Side">buy or sell.</param>
/// <param name="Status">open, filled, canceled, expired, rejected or replaced.</param>
/// <param name="Value">Quantity times price over its fills, in USD.</param>
public sealed record VenueOrder(
    long Number, string Id, string ClientOrderId, string Symbol, string Side, decimal Qty, string Status, decimal Filled, decimal Value)
{
    /// <summary>When the venue took it.</summary>
    public DateTimeOffset AcceptedAt { get; init; }

    /// <summary>The number of the order whose place it took.</summary>
    public long? Replaces { get; init; }

    public decimal? AveragePrice => Filled > 0 ? Value / Filled : null;
}
