using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class SessionVwapTests
{
    private static readonly DateTimeOffset Monday = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_session_starts_anew_and_a_bar_that_closes_at_its_end_is_in_it()
    {
        var vwap = new SessionVwap(TimeSpan.FromHours(22));

        vwap.Push(At(21.0, price: 10, volume: 1)).Should().Be(10);
        vwap.Push(At(22.0, price: 20, volume: 3)).Should().Be(17.5);
        vwap.Push(At(22.5, price: 40, volume: 2)).Should().Be(40);
        vwap.Push(At(46.0, price: 10, volume: 2)).Should().Be(25);
    }

    [Fact]
    public void A_session_without_volume_so_far_is_at_the_price_of_its_last_bar()
    {
        var vwap = new SessionVwap(TimeSpan.Zero);

        vwap.Push(At(1, price: 10, volume: 0)).Should().Be(10);
        vwap.Push(At(2, price: 12, volume: 0)).Should().Be(12);
        vwap.Push(At(3, price: 14, volume: 5)).Should().Be(14);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(24 * 60)]
    public void A_session_starts_within_a_day(int minutes) =>
        FluentActions.Invoking(() => new SessionVwap(TimeSpan.FromMinutes(minutes))).Should().Throw<ArgumentOutOfRangeException>();

    private static Bar At(double hours, double price, double volume) =>
        new(Monday.AddHours(hours).ToUnixTimeMilliseconds(), price, price, price, price, volume);
}
