using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Research;

public sealed class SplitMix64Tests
{
    [Fact]
    public void The_stream_is_that_of_the_reference()
    {
        // The first five of seed 1234567, as the authors' reference code gives them (Rosetta Code, Splitmix64).
        var random = new SplitMix64(1234567);

        new[] { random.Next(), random.Next(), random.Next(), random.Next(), random.Next() }.Should().Equal(
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821);
    }

    [Fact]
    public void A_copy_goes_on_by_itself()
    {
        var random = new SplitMix64(7);
        var copy = random;
        var first = random.Next();
        random.Next();

        copy.Next().Should().Be(first);
    }

    [Fact]
    public void Numbers_below_a_count_are_each_as_often()
    {
        var random = new SplitMix64(7);
        var counts = new int[10];
        for (var i = 0; i < 100_000; i++) counts[random.NextBelow(10)]++;

        // Binomial with a deviation of 95.
        counts.Should().OnlyContain(count => Math.Abs(count - 10_000) < 400);
    }

    [Fact]
    public void Fractions_lie_from_0_to_below_1_about_a_half()
    {
        var random = new SplitMix64(7);
        var fractions = Enumerable.Range(0, 100_000).Select(_ => random.NextFraction()).ToArray();

        fractions.Should().OnlyContain(fraction => fraction >= 0 && fraction < 1);
        fractions.Average().Should().BeApproximately(0.5, 0.004, "the deviation of the mean is 0.0009");
    }

    [Fact]
    public void Below_nothing_there_is_nothing() =>
        FluentActions.Invoking(() => default(SplitMix64).NextBelow(0)).Should().Throw<ArgumentOutOfRangeException>();
}
