namespace AlgoStack.Trading.Venues;

/// <summary>What a venue's refusal is about, in one vocabulary for all of them.</summary>
public enum BrokerErrorCategory
{
    /// <summary>Whether it was done cannot be told: a time-out, a 5xx, an answer that cannot be read.</summary>
    OutcomeUnknown,
    InsufficientFunds,
    InvalidSymbol,
    InvalidOrder,
    WouldTakeLiquidity,
    DuplicateClientOrderId,
    OrderNotFound,
    OrderNotCancelable,
    MarketClosed,
    RateLimited,
    BadSignature,
    AuthInvalid,
    ClockSkew,
    SessionExpired,
    PermissionDenied,
    Blocked,
    Unsupported,
    ConnectionLimit,
    SubscriptionLimit,
    NoData,
}

/// <summary>What has become of an order whose placing was answered with an error.</summary>
public enum PlacementOutcome
{
    /// <summary>It was no placing.</summary>
    NotApplicable,

    /// <summary>It is not at the venue.</summary>
    NotPlaced,

    /// <summary>An order of this id is there already.</summary>
    PreviouslyPlaced,

    /// <summary>To be looked up by its id before anything else.</summary>
    Unknown,
}

/// <summary>What makes sense to do with a call that was refused. Placing an order is never repeated by rule.</summary>
public enum RetryRule
{
    Never,

    /// <summary>Once <see cref="BrokerError.RetryAfter"/> is over.</summary>
    After,
    AfterClockSync,
    AfterLogin,
    AfterNonceBump,
}

/// <summary>A venue's refusal.</summary>
/// <param name="VenueCode">Its own code, as it wrote it.</param>
/// <param name="VenueText">Its own words, kept and not read again.</param>
/// <param name="IsBanned">Every further call makes it worse: none is to be made to this host before <paramref name="RetryAfter"/>.</param>
public sealed record BrokerError(
    BrokerErrorCategory Category,
    string? VenueCode,
    string VenueText,
    PlacementOutcome Outcome,
    RetryRule Retry = RetryRule.Never,
    TimeSpan? RetryAfter = null,
    bool IsBanned = false)
{
    public override string ToString() => $"{Category}: {(VenueCode is null ? "" : $"{VenueCode} ")}{VenueText}";
}
