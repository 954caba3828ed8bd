using System.Text.Json.Serialization;
using AlgoStack.EventStore.Streams;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class EventTypesTests
{
    [Fact]
    public void A_name_stands_for_one_type()
    {
        var options = new EventStoreOptions();
        options.Event<Deposited>("money_moved");

        var add = () => options.Event<Withdrawn>("money_moved");

        add.Should().Throw<ArgumentException>().WithMessage("Event name 'money_moved' is taken by Deposited; Withdrawn needs one of its own.*");
    }

    [Fact]
    public void A_type_has_one_name()
    {
        var options = new EventStoreOptions();
        options.Event<Deposited>("money_deposited");

        var add = () => options.Event<Deposited>("deposit_made");

        add.Should().Throw<ArgumentException>().WithMessage("Event type Deposited has the name 'money_deposited'; 'deposit_made' would be its second.*");
    }

    /// <summary>
    /// The pattern for every store: what was released stays as it is. A changed line is an event that cannot be read any
    /// more; a new line is added to the file by hand.
    /// </summary>
    [Fact]
    public async Task Stored_names_and_shapes_are_those_of_the_golden_file()
    {
        var options = new EventStoreOptions();
        TestStore.Register(options);
        options.Event<PortfolioCounted>("portfolio_counted");
        var types = new EventTypes(options.Events, options.Json);

        var golden = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Streams", "events.golden.txt"));

        types.Describe().Should().Be(golden.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Metadata_may_be_generated_instead_of_reflected()
    {
        var options = new EventStoreOptions();
        options.Json.TypeInfoResolverChain.Insert(0, GeneratedJson.Default);
        options.Event<Deposited>("money_deposited");
        var types = new EventTypes(options.Events, options.Json);

        types.Deserialize("money_deposited", types.Serialize(new Deposited(1.50m, "x")), new EventPlace("account-1", 1, 1)).Should().Be(new Deposited(1.50m, "x"));
    }

    public sealed record PortfolioCounted(IReadOnlyList<Line> Lines, Line? Largest, DateTimeOffset At, int? Changes);

    public sealed record Line(string Instrument, decimal Quantity, AccountKind Kind, Line? Hedge);
}

[JsonSerializable(typeof(Deposited))]
internal sealed partial class GeneratedJson : JsonSerializerContext;
