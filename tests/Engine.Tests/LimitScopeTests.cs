using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

public sealed class LimitScopeTests
{
    [Fact]
    public void An_order_needs_leave_of_the_account_and_of_its_strategy_and_the_denial_says_whose_limit()
    {
        var desk = new Desk(Desk.Wide with
        {
            Account = new TradingLimits { OrderQuantity = 20 },
            Strategies = new Dictionary<string, TradingLimits>(StringComparer.Ordinal) { ["s"] = new() { OrderQuantity = 10 }, ["t"] = new() { OrderQuantity = 30 } },
        });

        desk.Buy(10, strategy: "s").IsAllowed.Should().BeTrue();
        desk.Buy(11, strategy: "s").Should().BeEquivalentTo(new { Strategy = "s", Reason = "Strategy s: The order is for 11, more than 10." });
        desk.Buy(20, strategy: "t").IsAllowed.Should().BeTrue();
        desk.Buy(21, strategy: "t").Should().BeEquivalentTo(new { Strategy = (string?)null, Reason = "The order is for 21, more than 20." });
        desk.Buy(20, strategy: "of no limits").IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void A_strategys_position_is_what_it_has_traded_itself()
    {
        var desk = new Desk(new TradingLimits { PositionQuantity = 10 }, "s");
        desk.Trade(OrderSide.Buy, 100, strategy: "t");
        desk.Buy(10, strategy: "s").IsAllowed.Should().BeTrue();
        desk.Sell(11, strategy: "s").Code.Should().Be("position_limit", "it makes the account's position smaller, and the strategy short");
    }

    [Fact]
    public void Limits_change_while_what_counts_against_them_goes_on()
    {
        var desk = new Desk(new TradingLimits { DailyTrades = 2, PositionQuantity = 100, DuplicateMs = 1_000 });
        var waiting = desk.Market(OrderSide.Buy, 90);
        desk.Check(waiting).IsAllowed.Should().BeTrue();
        desk.Buy(10).IsAllowed.Should().BeTrue();
        desk.Buy(1).Code.Should().Be("daily_trade_limit");

        desk.Risk.Use(Desk.LimitsOf(new TradingLimits { DailyTrades = 4, PositionQuantity = 101, DuplicateMs = 1_000 }, null));
        desk.Buy(10).Code.Should().Be("duplicate_order", "it left under the limits before");
        desk.Buy(2).Code.Should().Be("position_limit", "100 are on their way since then");
        desk.Buy(1).IsAllowed.Should().BeTrue();

        desk.Risk.Release(Desk.Apple, waiting, 90);
        desk.Buy(3).IsAllowed.Should().BeTrue();
        desk.Buy(4).Code.Should().Be("daily_trade_limit", "four have left");
    }

    [Fact]
    public void A_strategy_that_gets_limits_later_has_its_position_and_its_orders_already()
    {
        var desk = new Desk();
        desk.Trade(OrderSide.Buy, 8, strategy: "s");
        desk.Buy(2, strategy: "s").IsAllowed.Should().BeTrue();

        desk.Risk.Use(Desk.LimitsOf(new TradingLimits { PositionQuantity = 10, DailyTrades = 2 }, "s"));
        desk.Buy(1, strategy: "s").Code.Should().Be("position_limit");
        desk.Sell(20, strategy: "s").Code.Should().Be("position_limit", "8 are held and 20 less would be 12 short");
        desk.Sell(18, strategy: "s").IsAllowed.Should().BeTrue();
        desk.Sell(1, strategy: "s").Code.Should().Be("daily_trade_limit");
    }

    [Fact]
    public void Limits_that_are_taken_away_deny_no_more()
    {
        var desk = new Desk(new TradingLimits { OrderQuantity = 1, OrdersPerSecond = 1, DailyTrades = 1 }, "s");
        desk.Buy(1).IsAllowed.Should().BeTrue();
        desk.Buy(2).Code.Should().Be("order_quantity_limit");
        desk.Risk.Use(Desk.Wide);
        desk.Buy(2).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void The_accounts_rules_are_asked_before_the_strategys_and_each_in_their_order()
    {
        // Whatever can be wrong with one order, mended one after the other.
        var tight = new TradingLimits
        {
            ClockSkewMs = 500,
            OpenMarketOnly = true,
            PriceAgeMs = 1_000,
            FatFingerPercent = 1,
            OrderQuantity = 1,
            OrderValue = 100,
            DuplicateMs = 1_000,
            OrdersPerSecond = 0,
            DailyLoss = 0,
            DailyTrades = 0,
            PositionQuantity = 1,
            GrossExposure = 100,
            NetExposure = 100,
        };
        var limits = new RiskLimits(10, 0) { Account = tight, Strategies = new Dictionary<string, TradingLimits>(StringComparer.Ordinal) { ["s"] = tight } };
        var desk = new Desk(limits, balance: 100);
        var intent = desk.Market(OrderSide.Buy, 2.5m) with { Type = OrderType.Limit, LimitPrice = -0.005m };
        var seen = new List<string?>();
        desk.Risk.Halt();
        desk.Now = desk.Now with { ClockSkewMs = 600, Market = MarketStatus.Closed, LastPrice = null };

        See();
        desk.Risk.Resume();
        See();
        intent = intent with { Quantity = 2 };
        See();
        intent = intent with { LimitPrice = 200.005m };
        See();
        intent = intent with { LimitPrice = 200 };
        See();
        desk.Now = desk.Now with { ClockSkewMs = 0 };
        See();
        desk.Now = desk.Now with { Market = MarketStatus.Open };
        See();
        desk.Now = desk.Now with { LastPrice = 100, LastPriceMs = Desk.Noon - 1_001 };
        See();
        desk.Now = desk.Now with { LastPriceMs = Desk.Noon };
        See();
        Account(tight = tight with { FatFingerPercent = 100 });
        See();
        Account(tight = tight with { OrderQuantity = null });
        See();
        Account(tight = tight with { OrderValue = null });
        See();
        Account(tight = tight with { OrdersPerSecond = null });
        See();
        intent = intent with { LimitPrice = 50 };
        See();
        limits = limits with { PositionPercent = 100 };
        Account(tight);
        See();
        Account(tight = tight with { DailyLoss = null });
        See();
        Account(tight = tight with { DailyTrades = null });
        See();
        Account(tight = tight with { PositionQuantity = null, GrossExposure = 99.99m, NetExposure = 99.99m });
        See();
        Account(tight = tight with { GrossExposure = null });
        See();
        Account(tight with { NetExposure = null });
        See();

        seen.Should().Equal(
            "halted", "quantity_off_lot", "price_invalid", "price_off_tick", "clock_skew", "market_closed", "no_price", "stale_price",
            "fat_finger", "order_quantity_limit", "order_value_limit", "order_rate", "insufficient_cash", "position_limit",
            "daily_loss_limit", "daily_trade_limit", "position_limit", "gross_exposure_limit", "net_exposure_limit", "s: fat_finger");

        void Account(TradingLimits account) => desk.Risk.Use(limits = limits with { Account = account });

        void See() => seen.Add(desk.Check(intent) is { Strategy: { } strategy } denied ? $"{strategy}: {denied.Code}" : desk.Check(intent).Code);
    }
}
