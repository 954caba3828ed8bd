using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.Research;

public sealed class BlockBootstrapTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public void Blocks_of_the_stationary_bootstrap_have_the_mean_length(int meanBlock)
    {
        var days = Stationary(100_000, meanBlock, 1);

        // A new block that happens to begin where the last one ended is too rare to see.
        var blocks = 1 + days.Skip(1).Where((day, i) => day != (days[i] + 1) % days.Length).Count();
        ((double)days.Length / blocks).Should().BeApproximately(meanBlock, 0.05 * meanBlock);
    }

    [Fact]
    public void Lengths_of_blocks_are_geometric()
    {
        var days = Stationary(200_000, 4, 2);
        var starts = Enumerable.Range(1, days.Length - 1).Where(i => days[i] != (days[i - 1] + 1) % days.Length).ToArray();
        var lengths = starts.Skip(1).Zip(starts, (to, from) => to - from).ToArray();

        // A block ends after each day with probability 1/4.
        for (var length = 1; length <= 5; length++)
        {
            ((double)lengths.Count(l => l == length) / lengths.Length)
                .Should().BeApproximately(Math.Pow(0.75, length - 1) / 4, 0.01);
        }
    }

    [Fact]
    public void Every_day_is_drawn_as_often_the_first_and_the_last_too()
    {
        var random = new SplitMix64(3);
        var counts = new int[10];
        var days = new int[10];
        for (var i = 0; i < 20_000; i++)
        {
            BlockBootstrap.Stationary(days, 4, ref random);
            foreach (var day in days) counts[day]++;
        }

        counts.Should().OnlyContain(count => Math.Abs(count - 20_000) < 800);
    }

    [Fact]
    public void Circular_blocks_have_one_length_go_round_and_are_cut_off_at_the_end()
    {
        var random = new SplitMix64(4);
        var days = new int[1_003];
        BlockBootstrap.Circular(days, 10, 4, ref random);

        var blocks = days.Chunk(4).ToArray();
        blocks.Should().AllSatisfy(block =>
            block.Should().Equal(Enumerable.Range(block[0], block.Length).Select(day => day % 10)));
        blocks.Select(block => block[0]).Distinct().Should().HaveCount(10, "a block may begin on any day");
        blocks[^1].Should().HaveCount(3);
    }

    [Fact]
    public void A_seed_draws_the_same_days_again_and_another_seed_others()
    {
        Stationary(100, 5, 8).Should().Equal(Stationary(100, 5, 8));
        Stationary(100, 5, 8).Should().NotEqual(Stationary(100, 5, 9));
    }

    [Theory]
    [InlineData(0.99)]
    [InlineData(double.NaN)]
    public void A_block_of_less_than_a_day_is_refused(double meanBlock) =>
        FluentActions.Invoking(() => Stationary(10, meanBlock, 1)).Should().Throw<ArgumentOutOfRangeException>();

    private static int[] Stationary(int count, double meanBlock, ulong seed)
    {
        var random = new SplitMix64(seed);
        var days = new int[count];
        BlockBootstrap.Stationary(days, meanBlock, ref random);
        return days;
    }
}
