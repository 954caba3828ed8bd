namespace AlgoStack.Trading.Venues;

/// <summary>Where a venue says an order stands, in one vocabulary for all of them.</summary>
public enum VenueOrderStatus
{
    /// <summary>A word that is not known. Never guessed about.</summary>
    Unknown,

    /// <summary>Sent or received, and not confirmed as working.</summary>
    PendingNew,

    /// <summary>Accepted; waits for a trigger or an election.</summary>
    Held,
    New,
    PartiallyFilled,
    PendingReplace,
    PendingCancel,
    Suspended,

    /// <summary>Works on the next day.</summary>
    DoneForDay,
    Inactive,
    Filled,
    Canceled,

    /// <summary>Another order stands in its place.</summary>
    Replaced,
    Rejected,
    Expired,
}

public static class VenueOrderStatuses
{
    /// <summary>The order works no more; it may have fills.</summary>
    public static bool IsFinal(this VenueOrderStatus status) => status >= VenueOrderStatus.Filled;
}
