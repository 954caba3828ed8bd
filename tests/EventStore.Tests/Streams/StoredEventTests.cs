using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;

namespace AlgoStack.EventStore.Tests.Streams;

/// <summary>The pattern for every store, shown on one whose events came to their second and third version.</summary>
public sealed class StoredEventTests : StoredEventSamples
{
    private static readonly EventTypes OfTheStore = TypesOfTheStore();

    protected override EventTypes Types => OfTheStore;

    protected override string Folder => "tests/EventStore.Tests/Streams/stored";

    private static EventTypes TypesOfTheStore()
    {
        var options = new EventStoreOptions();
        TestStore.Register(options);
        options.Event<PortfolioCounted>("portfolio_counted");
        LimitStore.RegisterThird(options);
        return new EventTypes(options);
    }

    public sealed record PortfolioCounted(IReadOnlyList<Line> Lines, Line? Largest, DateTimeOffset At, int? Changes);

    public sealed record Line(string Instrument, decimal Quantity, AccountKind Kind, Line? Hedge);
}
