using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Research;

public sealed class PercentilesTests
{
    [Fact]
    public void Of_0_to_100_each_percentile_is_its_number() =>
        Percentiles.Of([.. Enumerable.Range(0, 101).Select(i => (double)(i * 2 % 101))])
            .Should().Be(new Percentiles(1, 5, 25, 50, 75, 95, 99));

    [Fact]
    public void Between_two_values_lies_their_part()
    {
        // Places 0 and 1: a quarter of the way from 10 to 20 is 12.5.
        Percentiles.Of([20, 10]).P25.Should().Be(12.5);
        Percentiles.Of([20, 10]).P99.Should().BeApproximately(19.9, 1e-14);
    }

    [Fact]
    public void One_value_is_every_percentile() => Percentiles.Of([3]).Should().Be(new Percentiles(3, 3, 3, 3, 3, 3, 3));

    [Fact]
    public void No_values_are_refused() => FluentActions.Invoking(() => Percentiles.Of([])).Should().Throw<ArgumentException>();
}
