using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

/// <summary>Buying power, and what counts against it. The account has 1,000 of each currency; one position may be half of it.</summary>
public sealed class RiskEngineTests
{
    private readonly Desk _desk = new(new RiskLimits(10, 50), balance: 1_000);

    [Fact]
    public void An_order_within_cash_and_limit_is_allowed() => _desk.Buy(5).Should().Be(RiskDecision.Allowed);

    [Fact]
    public void A_quantity_below_one_lot_is_denied_by_name()
    {
        _desk.Buy(0).Should().BeEquivalentTo(new
        {
            Code = "quantity_below_lot",
            Reason = "10 % of 1000.00 buys less than one lot at 100.",
        });
        _desk.Buy(0.5m).Should().BeEquivalentTo(new { Code = "quantity_below_lot", Reason = "0.5 is less than one lot, which is 1." });
    }

    [Fact]
    public void A_position_worth_more_than_its_share_of_equity_is_denied() => _desk.Buy(6).Should().BeEquivalentTo(new
    {
        Code = "position_limit",
        Reason = "The position would be worth 600.00, more than 50 % of equity (500.00).",
    });

    [Fact]
    public void Buys_on_their_way_count_against_the_limit_until_they_are_done()
    {
        var first = _desk.Market(OrderSide.Buy, 4);
        _desk.Check(first).IsAllowed.Should().BeTrue();
        _desk.Buy(2).Code.Should().Be("position_limit");

        _desk.Risk.Release(Desk.Apple, first, 4);
        _desk.Buy(2).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void What_has_traded_is_no_more_on_its_way()
    {
        var first = _desk.Market(OrderSide.Buy, 4);
        _desk.Check(first).IsAllowed.Should().BeTrue();
        _desk.Risk.OnFill(Desk.Apple, first, new OrderFilled(first.OrderId, "t", 3, 100, 0, 1, default));
        _desk.Buy(5).Code.Should().Be("position_limit", "1 is on its way, which makes it 600 of at most 500");
        _desk.Buy(4).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void An_exit_on_its_way_makes_no_room_for_another_order()
    {
        _desk.Trade(OrderSide.Buy, 5);
        _desk.Now = _desk.Now with { OnlyReduces = true };
        _desk.Sell(5).IsAllowed.Should().BeTrue();

        _desk.Now = _desk.Now with { OnlyReduces = false };
        _desk.Buy(1).Code.Should().Be("position_limit");
    }

    [Fact]
    public void A_sell_that_waits_makes_no_room_for_a_buy_which_may_trade_before_it()
    {
        _desk.Sell(5).IsAllowed.Should().BeTrue();
        _desk.Buy(6).Code.Should().Be("position_limit", "600 is held if only the buy trades");
        _desk.Buy(5).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void A_sell_that_trades_before_a_buy_makes_room_for_it()
    {
        _desk.Now = _desk.Now with { TradesInOrder = true };
        _desk.Sell(5).IsAllowed.Should().BeTrue();
        _desk.Buy(10).IsAllowed.Should().BeTrue("500 are held when both have traded");
        _desk.Buy(1).Code.Should().Be("insufficient_cash");
    }

    [Fact]
    public void Two_sells_that_would_each_close_the_position_open_another_together()
    {
        _desk.Trade(OrderSide.Buy, 9);
        _desk.Sell(9).IsAllowed.Should().BeTrue();
        _desk.Sell(6).Code.Should().Be("position_limit", "it is short 6 when both have traded");
    }

    [Fact]
    public void Cash_of_one_currency_buys_nothing_in_another()
    {
        _desk.Trade(OrderSide.Buy, 9);
        _desk.Buy(2).Should().BeEquivalentTo(new { Code = "insufficient_cash", Reason = "The order costs 200.00, and 100.00 is free." });
        _desk.Buy(2, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void A_buy_costs_its_limit_price_and_no_more_even_where_the_last_price_is_higher()
    {
        _desk.Trade(OrderSide.Buy, 9);
        var below = _desk.Market(OrderSide.Buy, 1, price: 100) with { Type = OrderType.Limit, LimitPrice = 90 };
        _desk.Check(below with { Quantity = 2, LimitPrice = 50.01m }).Code.Should().Be("insufficient_cash");
        _desk.Risk.Use(Desk.Wide);
        _desk.Check(below with { Quantity = 2, LimitPrice = 50 }).IsAllowed.Should().BeTrue("2 at 50 are the 100 that are free");
        _desk.Check(below).Code.Should().Be("insufficient_cash", "none is free any more");
    }

    [Fact]
    public void An_order_that_only_makes_the_position_smaller_passes_the_limit()
    {
        _desk.Trade(OrderSide.Buy, 9);
        _desk.Sell(18).Code.Should().Be("position_limit");
        _desk.Sell(9).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void An_order_is_worth_the_last_price_where_its_own_is_lower()
    {
        _desk.Now = _desk.Now with { LastPrice = 200 };
        _desk.Buy(3, price: 1).Should().BeEquivalentTo(new
        {
            Code = "position_limit",
            Reason = "The position would be worth 600.00, more than 50 % of equity (500.00).",
        });
    }

    [Fact]
    public void What_traded_beyond_an_orders_quantity_leaves_other_orders_on_their_way()
    {
        var (first, second) = (_desk.Market(OrderSide.Buy, 2), _desk.Market(OrderSide.Buy, 2));
        _desk.Check(first).IsAllowed.Should().BeTrue();
        _desk.Check(second).IsAllowed.Should().BeTrue();

        _desk.Risk.Reserve(Desk.Apple, first, 1);
        _desk.Fill(Desk.Apple, first, 3, 100);

        _desk.Buy(1).Code.Should().Be("position_limit", "3 are held and 2 on their way");
    }
}
