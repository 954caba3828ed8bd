using AlgoStack.Trading.Orders;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Orders;

public sealed class OrderExitsTests
{
    [Theory]
    [InlineData(OrderSide.Sell, 110, 90, null)]
    [InlineData(OrderSide.Sell, 110, 90, 90)]
    [InlineData(OrderSide.Sell, 110, 90, 89)]
    [InlineData(OrderSide.Sell, 110, null, null)]
    [InlineData(OrderSide.Sell, null, 90, null)]
    [InlineData(OrderSide.Buy, 90, 110, null)]
    [InlineData(OrderSide.Buy, 90, 110, 111)]
    public void Prices_on_their_sides_fit(OrderSide closing, int? target, int? stop, int? limit) =>
        new OrderExits(target, stop, limit).WhyNot(closing, 100).Should().BeNull();

    [Theory]
    [InlineData(OrderSide.Sell, 90, 110, null, "Expected a target above the stop, found 90 and 110.")]
    [InlineData(OrderSide.Sell, 110, 90, 91, "Expected the stop's limit at or below its stop price, found 91 and 90.")]
    [InlineData(OrderSide.Sell, 100, 90, null, "Expected a target above 100, found 100.")]
    [InlineData(OrderSide.Sell, 110, 100, null, "Expected a stop below 100, found 100.")]
    [InlineData(OrderSide.Sell, 110, null, 90, "Expected a stop price beside the stop's limit of 90, found none.")]
    [InlineData(OrderSide.Sell, 110, 0, null, "Expected prices above zero, found target 110, stop 0, its limit .")]
    [InlineData(OrderSide.Buy, 110, 90, null, "Expected a target below the stop, found 110 and 90.")]
    [InlineData(OrderSide.Buy, 90, 110, 109, "Expected the stop's limit at or above its stop price, found 109 and 110.")]
    [InlineData(OrderSide.Buy, 101, 110, null, "Expected a target below 100, found 101.")]
    [InlineData(OrderSide.Buy, 90, 99, null, "Expected a stop above 100, found 99.")]
    public void Others_are_named(OrderSide closing, int? target, int? stop, int? limit, string why) =>
        new OrderExits(target, stop, limit).WhyNot(closing, 100).Should().Be(why);
}
