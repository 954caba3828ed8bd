using AlgoStack.Simulation.Venue;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Simulation.Tests.Venue;

public sealed class CommissionModelTests
{
    [Fact]
    public void Percent_is_of_what_was_traded()
    {
        var model = new CommissionModel.Percent(0.05m);

        Of(model, 1_000, 11).Should().Be(5.5m);
        model.Description.Should().Be("0.05 % of what is traded");
    }

    [Fact]
    public void None_is_nothing()
    {
        Of(CommissionModel.None, 1_000, 11).Should().Be(0);
        CommissionModel.None.Description.Should().Be("none");
    }

    [Theory]
    [InlineData(2.5e-6, 2e-8)]
    [InlineData(3.5e-6, 4e-8)]
    public void It_is_rounded_to_eight_digits_and_halves_to_even(double price, double expected) =>
        Of(new CommissionModel.Percent(1), 1, (decimal)price).Should().Be((decimal)expected);

    // Interactive Brokers' fixed plan for US shares says: 100 shares at 25 cost 1.00, 1,000 at 25 cost 5.00, 1,000 at 0.25 cost 2.50.
    [Theory]
    [InlineData(100, 25, 1.00)]
    [InlineData(1_000, 25, 5.00)]
    [InlineData(1_000, 0.25, 2.50)]
    [InlineData(1, 25, 0.25)]
    public void Per_share_has_a_least_and_a_most_that_wins_over_it(int quantity, double price, double expected)
    {
        var model = new CommissionModel.PerShare(0.005m, Least: 1, MostPercent: 1);

        Of(model, quantity, (decimal)price).Should().Be((decimal)expected);
        model.Description.Should().Be("0.005 a share, at least 1, at most 1 %");
    }

    [Theory]
    [InlineData(100, 0, 0.35)]
    [InlineData(100, 299_900, 0.35)]
    [InlineData(200, 299_900, 0.35 + 0.20)]
    [InlineData(100, 300_000, 0.20)]
    [InlineData(3_000_000, 299_900, 0.35 + 5_400 + 449.85)]
    public void Tiers_go_by_what_the_month_has_traded_and_each_part_pays_its_own(int quantity, int before, double expected) =>
        Tiers.Of(quantity, 25, isMaker: false, before).Should().Be((decimal)expected);

    [Fact]
    public void Tiers_are_named_one_by_one()
    {
        Tiers.Description.Should().Be("0.0035 a share from 0, 0.002 a share from 300000, 0.0015 a share from 3000000");
        Tiers.IsTiered.Should().BeTrue();
        CommissionModel.None.IsTiered.Should().BeFalse();
    }

    [Fact]
    public void Tiers_begin_again_with_the_month() => VenueScript.Play(
        """
        bar 44637 10 10 10 10
        buy 150 market
        bar 44638 10 10 10 10
        buy 100 market
        bar 44639 10 10 10 10
        buy 100 market
        bar 44640 10 10 10 10
        """, VenueScript.Free with { Commission = new CommissionModel.Tiered([(0, 0.01m), (200, 0.005m)]) }).Should().Be(
        """
        44638 buy 150 @10.00 at open, commission 1.5
        44639 buy 100 @10.00 at open, commission 0.75
        44640 buy 100 @10.00 at open, commission 1
        """, "1,440 minutes by 31 days is where February begins, and before it 50 of the second order are past the 200");

    [Fact]
    public void Maker_and_taker_pay_their_own_and_a_maker_may_be_paid()
    {
        var model = new CommissionModel.MakerTaker(-0.01m, 0.04m);

        model.Of(2, 30_000, isMaker: true, 0).Should().Be(-6);
        model.Of(2, 30_000, isMaker: false, 0).Should().Be(24);
        model.Description.Should().Be("maker -0.01 %, taker 0.04 %");
    }

    private static CommissionModel Tiers { get; } = new CommissionModel.Tiered([(0, 0.0035m), (300_000, 0.002m), (3_000_000, 0.0015m)]);

    private static decimal Of(CommissionModel model, decimal quantity, decimal price) => model.Of(quantity, price, isMaker: false, tradedBefore: 0);
}
