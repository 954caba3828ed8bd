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

    [Fact]
    public void A_name_fits_its_column()
    {
        var options = new EventStoreOptions();
        options.Event<Deposited>(new string('d', 500));

        var add = () => options.Event<Withdrawn>(new string('w', 501));

        add.Should().Throw<ArgumentException>().WithMessage("Event name 'wwww*w…' of Withdrawn has 501 characters; expected up to 500.*");
    }

    [Fact]
    public void Metadata_may_be_generated_instead_of_reflected()
    {
        var options = new EventStoreOptions();
        options.Json.TypeInfoResolverChain.Insert(0, GeneratedJson.Default);
        options.Event<Deposited>("money_deposited");
        var types = new EventTypes(options);

        types.Deserialize("money_deposited", types.Serialize(new Deposited(1.50m, "x")), new EventPlace("account-1", 1, 1)).Should().Be(new Deposited(1.50m, "x"));
    }
}

[JsonSerializable(typeof(Deposited))]
internal sealed partial class GeneratedJson : JsonSerializerContext;
