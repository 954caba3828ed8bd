using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class DonchianTests
{
    [Fact]
    public void A_bar_is_no_part_of_the_channel_that_it_breaks_out_of()
    {
        var channel = new Donchian(2);
        foreach (var (high, low) in ((double, double)[])[(10, 8), (12, 9), (20, 11)]) channel.Push(Series.Bar(high, low, high));

        channel.Upper.Should().Be(12);
        channel.Lower.Should().Be(8);
        channel.Middle.Should().Be(10);

        channel.Push(Series.Bar(19, 15, 16));

        channel.Upper.Should().Be(20);
        channel.Lower.Should().Be(9);
    }
}
