using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class BollingerBandsTests
{
    [Fact]
    public void They_lie_a_number_of_deviations_around_the_mean()
    {
        var bands = new BollingerBands(8, 1.5);
        foreach (var close in new double[] { 2, 4, 4, 4, 5, 5, 7 }) bands.Push(close);
        bands.IsWarm.Should().BeFalse();
        bands.Lower.Should().Be(double.NaN);

        bands.Push(9);

        bands.IsWarm.Should().BeTrue();
        bands.Middle.Should().Be(5);
        bands.Deviation.Should().Be(2);
        bands.Upper.Should().Be(8);
        bands.Lower.Should().Be(2);
    }
}
