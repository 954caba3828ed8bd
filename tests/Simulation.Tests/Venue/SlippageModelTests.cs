using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Simulation.Tests.Venue;

public sealed class SlippageModelTests
{
    private static readonly Bar Bar = new(0, 100, 110, 100, 105, 400);

    [Fact]
    public void Fixed_is_a_distance()
    {
        var model = new SlippageModel.Fixed(0.03);

        model.Of(100, 1, Bar).Should().Be(0.03);
        model.Description.Should().Be("0.03 of the quote currency");
        SlippageModel.None.Of(100, 1, Bar).Should().Be(0);
        SlippageModel.None.Description.Should().Be("none");
    }

    [Fact]
    public void Of_a_spread_half_is_paid()
    {
        var model = new SlippageModel.Spread(10);

        model.Of(100, 1, Bar).Should().BeApproximately(0.05, 1e-15, "the spread is 0.1 % of 100");
        model.Description.Should().Be("half a spread of 10 basis points");
    }

    // Zipline multiplies the price by its impact of 0.1 and the square of the share, here of 100 in 400: 100 × 0.1 / 16.
    [Theory]
    [InlineData(100, 400, 0.625)]
    [InlineData(40, 400, 0.1)]
    [InlineData(200, 400, 0.9)]
    [InlineData(40, 0, 0.9)]
    public void By_volume_share_grows_with_the_square_up_to_the_most(double quantity, double volume, double expected) =>
        new SlippageModel.VolumeShare(Impact: 0.1, MostShare: 0.3).Of(100, quantity, Bar with { Volume = volume })
            .Should().BeApproximately(expected, 1e-14);

    [Fact]
    public void By_square_root_is_volatility_by_the_root_of_the_share()
    {
        // Parkinson's variance of one bar is the square of ln(high / low) over 4 ln 2; a quarter of the volume has the root 1/2.
        var volatility = Math.Sqrt(Math.Pow(Math.Log(1.1), 2) / (4 * Math.Log(2)));
        var model = new SlippageModel.SquareRoot(0.8);

        model.Of(100, 100, Bar).Should().BeApproximately(100 * 0.8 * volatility / 2, 1e-12);
        model.Of(100, 100, Bar with { Volume = 0 }).Should().BeApproximately(100 * 0.8 * volatility, 1e-12, "it counts as traded whole");
        model.Of(100, 100, Bar with { High = 100 }).Should().Be(0, "a bar that does not move has no volatility");
    }

    [Fact]
    public void Each_that_has_numbers_names_them()
    {
        new SlippageModel.VolumeShare(0.1, 0.3).Description.Should().Be("0.1 of the price by the square of the volume's share, up to 0.3");
        new SlippageModel.SquareRoot(0.8).Description.Should().Be("0.8 × volatility × √(volume's share)");
    }
}
