using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <summary>Something to be done at the venue, which follows from an account's state. What comes of it is told to the engine.</summary>
public abstract record AccountWork
{
    private AccountWork()
    {
    }

    /// <summary>What came of it goes to <see cref="AccountEngine.OnPlaced"/>.</summary>
    public sealed record Place(ClientOrderId OrderId, VenueOrder Order) : AccountWork
    {
        /// <summary>What was asked for.</summary>
        public required OrderIntent Intent { get; init; }

        /// <summary>The switches that let it pass: where others hold by the time it is to leave, it must be asked again.</summary>
        public required TradingSwitches Under { get; init; }
    }

    /// <summary>What came of it goes to <see cref="AccountEngine.OnCancelAnswered"/>.</summary>
    public sealed record Cancel(ClientOrderId OrderId, VenueOrderRef Order) : AccountWork;

    /// <summary>What came of it goes to <see cref="AccountEngine.OnReplaceAnswered"/>.</summary>
    public sealed record Replace(ClientOrderId OrderId, VenueOrderRef Order, VenueOrderChange Change) : AccountWork;

    /// <summary>What came of it goes to <see cref="AccountEngine.OnLookup"/>.</summary>
    /// <param name="ExecutionsSince">The fills since then are to be asked for too; null where none are missing.</param>
    public sealed record Lookup(ClientOrderId OrderId, VenueOrderRef Order, DateTimeOffset? ExecutionsSince) : AccountWork;

    /// <summary>What came of it goes to <see cref="AccountEngine.OnStatement"/>.</summary>
    /// <param name="Symbols">Of which to ask, for venues that cannot tell of all at once.</param>
    public sealed record Reconcile(IReadOnlyList<string> Symbols, DateTimeOffset ExecutionsSince) : AccountWork;
}
