using AlgoStack.Trading.Risk;

namespace AlgoStack.Trading.Venues;

/// <summary>Whether a venue trades now what has hours.</summary>
/// <param name="Until">Then it changes: from there on nothing is known until it is asked again.</param>
public sealed record MarketHours(MarketStatus Status, DateTimeOffset Until)
{
    public static MarketHours Unknown { get; } = new(MarketStatus.Unknown, DateTimeOffset.MinValue);
}
