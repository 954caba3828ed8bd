using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Instruments;

public sealed class VenueInstrumentTests
{
    [Theory]
    [InlineData("1e25", "100000", "a quantity of at most")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335", "a quantity of at most")]
    [InlineData("1", "1e16", "a price of at most")]
    [InlineData("1e18", "1e15", "quantity times price")]
    public void What_decimal_cannot_multiply_is_refused_and_does_not_throw(string quantity, string price, string expected)
    {
        var (much, dear) = (Number(quantity), Number(price));
        var terms = new VenueInstrument("BTCUSDT", "USDT", IsTradable: true, _ => 0.01m, Lot: 0.000000001m);
        var order = new VenueOrder("c", "BTCUSDT", OrderSide.Buy, OrderType.Limit, TimeInForce.Gtc, much, LimitPrice: dear);

        terms.WhyNot(order, lastPrice: null).Should().Contain(expected);
        terms.WhyNot(order with { Type = OrderType.Stop, LimitPrice = null, StopPrice = dear }, lastPrice: null).Should().Contain(expected);
        terms.WhyNot(order with { Type = OrderType.Market, LimitPrice = null }, lastPrice: dear).Should().Contain(expected);
    }

    [Theory]
    [InlineData("0.000000001")]
    [InlineData("0.03")]
    [InlineData("1")]
    public void The_largest_quantity_has_a_whole_number_of_lots(string lot)
    {
        var instrument = new Instrument(new InstrumentId("BTCUSDT.X"), 0.01m, Number(lot), "USDT");
        var largest = Number("1e24");
        var floor = instrument.FloorQuantity(largest);

        floor.Should().BeInRange(largest - 1, largest);
        instrument.IsWholeLots(floor).Should().BeTrue();
        instrument.FloorQuantity(1_000_000_000.07m).Should().Be(Math.Floor(1_000_000_000.07m / Number(lot)) * Number(lot));
    }

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture);
}
