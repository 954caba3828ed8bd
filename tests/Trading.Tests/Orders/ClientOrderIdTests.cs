using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.Orders;

public sealed class ClientOrderIdTests
{
    private static readonly InstrumentId Apple = new("AAPL.SIM");

    [Fact]
    public void It_never_changes_for_what_it_is_made_from() =>
        ClientOrderId.For("paper-1", "ema-cross", Apple, 1_600_000_000_000, 0).Value.Should().Be("83ghtred5jqdmz811xqheqpetz");

    [Fact]
    public void Each_thing_it_is_made_from_tells_it_apart()
    {
        ClientOrderId[] ids =
        [
            ClientOrderId.For("paper-1", "ema-cross", Apple, 1_600_000_000_000, 0),
            ClientOrderId.For("paper-2", "ema-cross", Apple, 1_600_000_000_000, 0),
            ClientOrderId.For("paper-1", "band-reversion", Apple, 1_600_000_000_000, 0),
            ClientOrderId.For("paper-1", "ema-cross", new InstrumentId("IBM.SIM"), 1_600_000_000_000, 0),
            ClientOrderId.For("paper-1", "ema-cross", Apple, 1_600_000_060_000, 0),
            ClientOrderId.For("paper-1", "ema-cross", Apple, 1_600_000_000_000, 1),
        ];

        ids.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void It_is_26_characters_that_every_venue_takes_and_one_for_one_order() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000)), Arb.From(Gen.Choose(0, 9)), (minute, leg) =>
        {
            var id = ClientOrderId.For("paper-1", "ema-cross", Apple, minute * 60_000L, leg);
            return id.Equals(ClientOrderId.For("paper-1", "ema-cross", Apple, minute * 60_000L, leg))
                && !id.Equals(ClientOrderId.For("paper-1", "ema-cross", Apple, (minute + 1) * 60_000L, leg))
                && id.Value.Length == 26
                && id.Value.All("0123456789abcdefghjkmnpqrstvwxyz".Contains);
        }).QuickCheckThrowOnFailure();
}
