using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

/// <summary>Each limit just kept and just broken, of the account and of the strategy <c>s</c>.</summary>
public sealed class RiskRulesTests
{
    /// <summary>Whose limit it is: the account's, or a strategy's.</summary>
    public static TheoryData<string?> Scopes => new() { null, "s" };

    [Fact]
    public void A_quantity_is_a_whole_number_of_lots()
    {
        var desk = new Desk();
        desk.Buy(1.5m).Code.Should().Be("quantity_off_lot");
        desk.Buy(0.0005m, instrument: Desk.Bitcoin).Code.Should().Be("quantity_below_lot");
        desk.Buy(0.0015m, instrument: Desk.Bitcoin).Code.Should().Be("quantity_off_lot");
        desk.Buy(0.002m, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue();
        desk.Buy(-1).Code.Should().Be("quantity_below_lot");
        desk.Buy(1.00000000000000000001m).Code.Should().Be("quantity_off_lot");
    }

    [Fact]
    public void A_price_is_on_the_tick()
    {
        var desk = new Desk();
        var limit = desk.Market(OrderSide.Buy, 1, instrument: Desk.Bitcoin) with { Type = OrderType.Limit, LimitPrice = 100.05m };
        desk.Check(limit).IsAllowed.Should().BeTrue();
        desk.Check(limit with { LimitPrice = 100.01m }).Code.Should().Be("price_off_tick");
        desk.Check(limit with { Type = OrderType.StopLimit, StopPrice = 100.01m }).Code.Should().Be("price_off_tick");
        desk.Check(limit with { Type = OrderType.TrailingStop, TrailBy = 0.01m }).Code.Should().Be("price_off_tick");
    }

    [Theory]
    [InlineData(OrderType.Limit, null, 1.0, 1.0)]
    [InlineData(OrderType.Stop, 1.0, null, 1.0)]
    [InlineData(OrderType.StopLimit, null, 1.0, 1.0)]
    [InlineData(OrderType.StopLimit, 1.0, null, 1.0)]
    [InlineData(OrderType.TrailingStop, 1.0, 1.0, null)]
    [InlineData(OrderType.Limit, 0.0, null, null)]
    [InlineData(OrderType.Stop, null, -1.0, null)]
    [InlineData(OrderType.TrailingStop, null, 100.0, 0.0)]
    [InlineData(OrderType.Limit, 1e16, null, null)]
    public void A_price_that_an_order_needs_is_there_and_above_zero(OrderType type, double? limit, double? stop, double? trail)
    {
        var desk = new Desk();
        var intent = desk.Market(OrderSide.Sell, 1) with
        {
            Type = type,
            LimitPrice = (decimal?)limit,
            StopPrice = (decimal?)stop,
            TrailBy = (decimal?)trail,
        };

        desk.Check(intent).Code.Should().Be("price_invalid");
        desk.Check(intent with { LimitPrice = 100, StopPrice = 100, TrailBy = 1 }).IsAllowed.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void An_order_is_worth_no_more_than_it_may(string? strategy)
    {
        var desk = new Desk(new TradingLimits { OrderValue = 1_000 }, strategy);
        desk.Buy(11).Should().Match<RiskDecision>(d => d.Code == "order_value_limit" && d.Strategy == strategy);
        desk.Sell(11).Code.Should().Be("order_value_limit");
        desk.Buy(10).IsAllowed.Should().BeTrue();
        desk.Buy(10, price: 100.01m).Code.Should().Be("order_value_limit");
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void An_order_is_for_no_more_than_it_may(string? strategy)
    {
        var desk = new Desk(new TradingLimits { OrderQuantity = 10 }, strategy);
        desk.Buy(11).Should().Match<RiskDecision>(d => d.Code == "order_quantity_limit" && d.Strategy == strategy);
        desk.Buy(10).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void A_quantity_that_money_cannot_be_told_of_is_denied_without_any_limit()
    {
        var desk = new Desk();
        desk.Buy(decimal.MaxValue).Code.Should().Be("order_quantity_limit");
        desk.Sell(1_000_000_000_000_000_001).Code.Should().Be("order_quantity_limit");
        desk.Sell(1_000_000_000, price: 1_000_000_000_000_000).Code.Should().Be("position_limit", "it can be told, and is too much");
        desk.Sell(1_000_000_001, price: 1_000_000_000_000_000).Code.Should().Be("order_quantity_limit");
        desk.Now = desk.Now with { LastPrice = decimal.MaxValue };
        desk.Buy(1).Code.Should().Be("price_invalid");
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void No_price_of_an_order_is_far_from_the_last(string? strategy)
    {
        var desk = new Desk(new TradingLimits { FatFingerPercent = 5 }, strategy);
        desk.Buy(1, price: 105).IsAllowed.Should().BeTrue();
        desk.Buy(1, price: 105.01m).Should().Match<RiskDecision>(d => d.Code == "fat_finger" && d.Strategy == strategy);
        desk.Sell(1, price: 95).IsAllowed.Should().BeTrue();
        desk.Sell(1, price: 94.99m).Code.Should().Be("fat_finger");

        var limit = desk.Market(OrderSide.Sell, 1) with { Type = OrderType.StopLimit, LimitPrice = 95, StopPrice = 95 };
        desk.Check(limit).IsAllowed.Should().BeTrue();
        desk.Check(limit with { LimitPrice = 94.99m }).Code.Should().Be("fat_finger");
        desk.Check(limit with { StopPrice = 94.99m }).Code.Should().Be("fat_finger");
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void A_last_price_that_is_not_known_denies_where_it_is_needed(string? strategy)
    {
        var desk = new Desk(new TradingLimits { FatFingerPercent = 5 }, strategy);
        desk.Trade(OrderSide.Buy, 5);
        desk.Now = desk.Now with { LastPrice = null };
        desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "no_price" && d.Strategy == strategy);
        desk.Now = desk.Now with { LastPrice = -37.63m };
        desk.Buy(1).Code.Should().Be("no_price", "a price below zero is none");
        desk.Sell(5).IsAllowed.Should().BeTrue("a position can be closed while nobody knows what it is worth");
    }

    [Fact]
    public void An_order_that_says_no_price_needs_a_last_one()
    {
        var desk = new Desk();
        desk.Buy(1, price: 0).IsAllowed.Should().BeTrue();
        desk.Now = desk.Now with { LastPrice = null };
        desk.Buy(1, price: 0).Code.Should().Be("no_price");
        desk.Check(desk.Market(OrderSide.Buy, 1, price: 0) with { Type = OrderType.Limit, LimitPrice = 10 }).IsAllowed.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void A_last_price_is_no_older_than_it_may_be(string? strategy)
    {
        var desk = new Desk(new TradingLimits { PriceAgeMs = 5_000 }, strategy);
        desk.Trade(OrderSide.Buy, 5);
        desk.Now = desk.Now with { NowMs = Desk.Noon + 5_000 };
        desk.Buy(1).IsAllowed.Should().BeTrue();
        desk.Now = desk.Now with { NowMs = Desk.Noon + 5_001 };
        desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "stale_price" && d.Strategy == strategy);
        desk.Sell(5).IsAllowed.Should().BeTrue("a position can be closed at any price");
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void The_clock_is_right_within_its_limit_and_known_to_be(string? strategy)
    {
        var desk = new Desk(new TradingLimits { ClockSkewMs = 500 }, strategy);
        foreach (var skew in (long[])[500, -500])
        {
            desk.Now = desk.Now with { ClockSkewMs = skew };
            desk.Buy(1).IsAllowed.Should().BeTrue();
        }

        foreach (var skew in (long?[])[501, -501, long.MinValue, null])
        {
            desk.Now = desk.Now with { ClockSkewMs = skew };
            desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "clock_skew" && d.Strategy == strategy);
        }
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void Orders_wait_for_a_market_that_is_known_to_be_open(string? strategy)
    {
        var desk = new Desk(new TradingLimits { OpenMarketOnly = true }, strategy);
        desk.Buy(1).IsAllowed.Should().BeTrue();
        foreach (var market in (MarketStatus[])[MarketStatus.Closed, MarketStatus.Unknown])
        {
            desk.Now = desk.Now with { Market = market };
            desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "market_closed" && d.Strategy == strategy);
        }
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void Nothing_is_traded_of_a_restricted_instrument(string? strategy)
    {
        var desk = new Desk(new TradingLimits { Restricted = new HashSet<InstrumentId> { new("AAPL.SIM") } }, strategy);
        desk.Trade(OrderSide.Buy, 5);
        desk.Sell(5).Should().Match<RiskDecision>(d => d.Code == "restricted_instrument" && d.Strategy == strategy);
        desk.Buy(1, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void A_position_is_no_larger_than_it_may_be_whichever_of_its_orders_trade(string? strategy)
    {
        var desk = new Desk(new TradingLimits { PositionQuantity = 10 }, strategy);
        desk.Trade(OrderSide.Buy, 4);
        desk.Buy(6).IsAllowed.Should().BeTrue();
        desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "position_limit" && d.Strategy == strategy);
        desk.Sell(14).IsAllowed.Should().BeTrue("it is short 10 if the buy does not trade");
        desk.Sell(1).Code.Should().Be("position_limit");
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void A_position_is_worth_no_more_than_it_may(string? strategy)
    {
        var desk = new Desk(new TradingLimits { PositionValue = 1_000 }, strategy);
        desk.Trade(OrderSide.Buy, 4);
        desk.Buy(7).Should().Match<RiskDecision>(d => d.Code == "position_limit" && d.Strategy == strategy);
        desk.Buy(6).IsAllowed.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void All_positions_are_worth_no_more_than_they_may(string? strategy)
    {
        var desk = new Desk(new TradingLimits { GrossExposure = 1_000 }, strategy);
        desk.Trade(OrderSide.Sell, 4);
        desk.Buy(5, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue("euros are held against the limit by themselves");
        desk.Sell(7).Should().Match<RiskDecision>(d => d.Code == "gross_exposure_limit" && d.Strategy == strategy);
        desk.Sell(6).IsAllowed.Should().BeTrue();
        desk.Buy(4).IsAllowed.Should().BeTrue("it only closes");
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void Longs_and_shorts_differ_by_no_more_than_they_may(string? strategy)
    {
        var desk = new Desk(new TradingLimits { NetExposure = 1_000 }, strategy);
        desk.Trade(OrderSide.Buy, 12);
        desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "net_exposure_limit" && d.Strategy == strategy);
        desk.Sell(22).IsAllowed.Should().BeTrue("it is short 1,000 then");
        desk.Sell(1).Code.Should().Be("net_exposure_limit");
    }

    [Theory]
    [MemberData(nameof(Scopes))]
    public void An_order_like_another_waits(string? strategy)
    {
        var desk = new Desk(new TradingLimits { DuplicateMs = 3_000 }, strategy);
        var first = desk.Market(OrderSide.Buy, 1) with { Type = OrderType.StopLimit, LimitPrice = 100, StopPrice = 100 };
        desk.Check(first).IsAllowed.Should().BeTrue();
        desk.Check(first with { OrderId = new ClientOrderId("another"), ReferencePrice = 101 })
            .Should().Match<RiskDecision>(d => d.Code == "duplicate_order" && d.Strategy == strategy);

        desk.At(Desk.Noon + 2_999);
        desk.Check(first).Code.Should().Be("duplicate_order");
        desk.At(Desk.Noon + 3_000);
        desk.Check(first).IsAllowed.Should().BeTrue();
        desk.At(Desk.Noon + 5_999);
        desk.Check(first).Code.Should().Be("duplicate_order", "it left again three seconds ago");
    }

    [Fact]
    public void Orders_are_alike_in_all_that_is_asked_for()
    {
        var desk = new Desk(new TradingLimits { DuplicateMs = 3_000 });
        var first = desk.Market(OrderSide.Buy, 1) with { Type = OrderType.StopLimit, LimitPrice = 100, StopPrice = 100 };
        desk.Check(first).IsAllowed.Should().BeTrue();
        foreach (var other in (OrderIntent[])
        [
            first with { Strategy = "t" },
            first with { Instrument = new InstrumentId("BTCEUR.SIM") },
            first with { Side = OrderSide.Sell },
            first with { Quantity = 2 },
            first with { Type = OrderType.Limit },
            first with { LimitPrice = 101 },
            first with { StopPrice = 101 },
            first with { TrailBy = 1 },
        ])
        {
            desk.Check(other).IsAllowed.Should().BeTrue();
            desk.Check(other).Code.Should().Be("duplicate_order");
        }
    }

    [Fact]
    public void An_order_that_was_denied_is_not_one_that_another_is_like()
    {
        var desk = new Desk(new TradingLimits { DuplicateMs = 3_000, OrderQuantity = 10 });
        desk.Buy(11).Code.Should().Be("order_quantity_limit");
        desk.Risk.Use(Desk.LimitsOf(new TradingLimits { DuplicateMs = 3_000 }, null));
        desk.Buy(11).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void As_many_orders_are_remembered_as_there_is_room_for()
    {
        var desk = new Desk(new TradingLimits { DuplicateMs = 3_000 });
        for (var quantity = 1; quantity <= 1_024; quantity++) desk.Buy(quantity * 0.001m, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue();
        desk.Buy(0.001m, instrument: Desk.Bitcoin).Code.Should().Be("duplicate_order");
        desk.Buy(1_025 * 0.001m, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue();
        desk.Buy(0.002m, instrument: Desk.Bitcoin).Code.Should().Be("duplicate_order");
        desk.Buy(0.001m, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue("it has made room for the newest");
    }
}
