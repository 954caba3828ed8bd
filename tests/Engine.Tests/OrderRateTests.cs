using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

public sealed class OrderRateTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("s")]
    public void No_second_has_more_orders_than_it_may(string? strategy)
    {
        var desk = new Desk(new TradingLimits { OrdersPerSecond = 3 }, strategy);
        Left(desk, 0, 400, 999).Should().Equal(true, true, true);
        desk.At(Desk.Noon + 999);
        desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "order_rate" && d.Strategy == strategy);
        Left(desk, 1_000, 1_399, 1_400, 1_401, 1_998, 1_999).Should().Equal(true, false, true, false, false, true);
    }

    [Fact]
    public void A_denied_order_does_not_count()
    {
        var desk = new Desk(new TradingLimits { OrdersPerSecond = 1, OrderQuantity = 10 });
        desk.Buy(11).Code.Should().Be("order_quantity_limit");
        desk.Buy(10).IsAllowed.Should().BeTrue();
        desk.Buy(10).Code.Should().Be("order_rate");
    }

    [Fact]
    public void A_strategy_at_its_rate_leaves_others_to_theirs()
    {
        var desk = new Desk(new TradingLimits { OrdersPerSecond = 1 }, "s");
        desk.Buy(1, strategy: "s").IsAllowed.Should().BeTrue();
        desk.Buy(1, strategy: "s").Code.Should().Be("order_rate");
        desk.Buy(1, strategy: "t").IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void None_leave_at_a_rate_of_none()
    {
        var desk = new Desk(new TradingLimits { OrdersPerSecond = 0 });
        desk.Buy(1).Code.Should().Be("order_rate");
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_no_room()
    {
        var desk = new Desk(new TradingLimits { OrdersPerSecond = 2 });
        Left(desk, 0, 0, -5_000, 999, 1_000).Should().Equal(true, true, false, false, true);
    }

    [Fact]
    public void Another_limit_counts_what_has_left_under_the_one_before()
    {
        var desk = new Desk(new TradingLimits { OrdersPerSecond = 4 });
        Left(desk, 0, 100, 200).Should().Equal(true, true, true);

        Use(desk, 3);
        Left(desk, 300, 1_000).Should().Equal(false, true);

        Use(desk, 2);
        Left(desk, 1_050, 1_199, 1_200).Should().Equal([false, false, true], "at 1,050 three are within the second, at 1,200 one");

        Use(desk, 6);
        Left(desk, 1_200, 1_200, 1_200, 1_200, 1_200).Should().Equal(true, true, true, true, false);
    }

    [Fact]
    public void A_limit_that_was_lifted_for_a_moment_counts_what_left_meanwhile()
    {
        var desk = new Desk(new TradingLimits { OrdersPerSecond = 2 });
        Left(desk, 0, 0).Should().Equal(true, true);
        Use(desk, null);
        Left(desk, 500, 500, 500).Should().Equal(true, true, true);
        Use(desk, 2);
        Left(desk, 1_400, 1_500).Should().Equal(false, true);
    }

    [Fact]
    public void A_rate_has_a_bound() =>
        ((Func<TradingLimits>)(() => new TradingLimits { OrdersPerSecond = 10_001 })).Should().Throw<ArgumentOutOfRangeException>();

    private static void Use(Desk desk, int? most) => desk.Risk.Use(Desk.LimitsOf(new TradingLimits { OrdersPerSecond = most }, null));

    /// <summary>Which of orders at these milliseconds after noon have left.</summary>
    private static bool[] Left(Desk desk, params long[] afterNoon) => [.. afterNoon.Select(ms =>
    {
        desk.At(Desk.Noon + ms);
        return desk.Buy(1).IsAllowed;
    })];
}
