namespace AlgoStack.Trading.Venues;

/// <summary>What came of handing an order to its venue.</summary>
public abstract record PlaceResult
{
    private PlaceResult()
    {
    }

    /// <summary>The venue has it.</summary>
    public sealed record Accepted(OrderSnapshot Order) : PlaceResult;

    /// <summary>The venue does not have it.</summary>
    public sealed record Refused(BrokerError Error) : PlaceResult;

    /// <summary>The venue had it before: this was sent twice, or the answer to the first was lost.</summary>
    public sealed record AlreadyPlaced(BrokerError Error) : PlaceResult;

    /// <summary>It may be there: to be asked for by its id before anything else is done.</summary>
    /// <param name="Error">What the venue said, where it said something.</param>
    public sealed record OutcomeUnknown(string Reason, BrokerError? Error = null) : PlaceResult;

    /// <summary>Nothing left the house (no connection, no budget, not ready): it can be sent again as it is.</summary>
    public sealed record NotSent(string Reason, TimeSpan? RetryAfter = null) : PlaceResult;
}

/// <summary>What came of asking for a cancel or a replacement. Taken is not done: an event or a query says that.</summary>
public abstract record ChangeResult
{
    private ChangeResult()
    {
    }

    /// <param name="Order">
    /// As it stands, or the one in its place, where the venue says so at once. After a replacement that only got as far as the
    /// cancel it is the old order, canceled.
    /// </param>
    public sealed record Taken(OrderSnapshot? Order) : ChangeResult;

    /// <summary>The order is as it was, as far as the venue says; where it cannot be found or canceled, it is to be asked for.</summary>
    public sealed record Refused(BrokerError Error) : ChangeResult;

    /// <summary>To be asked again: doing it twice does no harm.</summary>
    /// <param name="Error">What the venue said, where it said something.</param>
    public sealed record OutcomeUnknown(string Reason, BrokerError? Error = null) : ChangeResult;
}

/// <summary>What came of asking for an order.</summary>
public abstract record OrderLookup
{
    private OrderLookup()
    {
    }

    public sealed record Found(OrderSnapshot Order) : OrderLookup;

    /// <summary>The venue says that there is no such order. What was sent less than
    /// <see cref="BrokerCapabilities.SettleTime"/> ago may still arrive.</summary>
    /// <param name="Error">How it said so, where that was a refusal.</param>
    public sealed record NotFound(BrokerError? Error = null) : OrderLookup;

    /// <summary>The venue cannot or does not say.</summary>
    public sealed record NotKnowable(string Reason) : OrderLookup;
}
