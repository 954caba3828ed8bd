using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

public sealed class DailyLimitTests
{
    private const long DayMs = 86_400_000;
    private const long Midnight = Desk.Noon + (DayMs / 2);

    [Theory]
    [InlineData(null)]
    [InlineData("s")]
    public void What_is_lost_in_a_day_realized_or_not_ends_all_but_closing(string? strategy)
    {
        var desk = new Desk(new TradingLimits { DailyLoss = 100 }, strategy);
        desk.Buy(1).IsAllowed.Should().BeTrue();
        desk.Trade(OrderSide.Buy, 10, price: 100);
        desk.Trade(OrderSide.Sell, 5, price: 90, commission: 9.99m);
        desk.Portfolio.Mark(Desk.Apple, 92);
        desk.Buy(1).IsAllowed.Should().BeTrue("50 and 9.99 are realized and 40 not: 99.99");

        desk.Portfolio.Mark(Desk.Apple, 91.99);
        desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "daily_loss_limit" && d.Strategy == strategy && d.Found == 100.04m);
        desk.Sell(5).IsAllowed.Should().BeTrue();
        desk.Sell(1).Code.Should().Be("daily_loss_limit", "it would open a short");

        desk.Portfolio.Mark(Desk.Apple, 92);
        desk.Buy(1).IsAllowed.Should().BeTrue("it has come back");
    }

    [Fact]
    public void Exactly_what_may_be_lost_is_enough()
    {
        var desk = new Desk(new TradingLimits { DailyLoss = 100 });
        desk.Buy(1).IsAllowed.Should().BeTrue();
        desk.Trade(OrderSide.Buy, 10);
        desk.Portfolio.Mark(Desk.Apple, 90);
        desk.Buy(1).Code.Should().Be("daily_loss_limit");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("s")]
    public void A_loss_is_counted_from_the_first_equity_of_its_UTC_day(string? strategy)
    {
        var desk = new Desk(new TradingLimits { DailyLoss = 100 }, strategy);
        desk.Buy(1).IsAllowed.Should().BeTrue();
        desk.Trade(OrderSide.Buy, 10);
        desk.Portfolio.Mark(Desk.Apple, 90);

        desk.At(Midnight - 1);
        desk.Buy(1).Code.Should().Be("daily_loss_limit");
        desk.At(Midnight);
        desk.Buy(1).IsAllowed.Should().BeTrue("the day begins at what is left");

        desk.Portfolio.Mark(Desk.Apple, 80);
        desk.Buy(1).Code.Should().Be("daily_loss_limit");
    }

    [Fact]
    public void Whoever_begins_the_day_sees_what_is_lost_before_its_first_order()
    {
        var desk = new Desk(new TradingLimits { DailyLoss = 100 });
        desk.Trade(OrderSide.Buy, 10);
        desk.Risk.BeginDay(Midnight).Should().BeTrue();
        desk.Risk.BeginDay(Midnight + 1).Should().BeFalse();
        desk.Portfolio.Mark(Desk.Apple, 90);

        desk.At(Midnight + 60_000);
        desk.Buy(1).Code.Should().Be("daily_loss_limit");
    }

    [Fact]
    public void A_clock_that_is_set_back_over_midnight_begins_no_day_again()
    {
        var desk = new Desk(new TradingLimits { DailyTrades = 1 });
        desk.At(Midnight);
        desk.Buy(1).IsAllowed.Should().BeTrue();
        desk.At(Midnight - 1);
        desk.Buy(1).Code.Should().Be("daily_trade_limit");
        desk.At(Midnight);
        desk.Buy(1).Code.Should().Be("daily_trade_limit");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("s")]
    public void So_many_orders_leave_in_a_day_and_then_only_what_closes(string? strategy)
    {
        var desk = new Desk(new TradingLimits { DailyTrades = 2 }, strategy);
        desk.Trade(OrderSide.Buy, 5);
        desk.Buy(1).IsAllowed.Should().BeTrue();
        desk.Sell(1).IsAllowed.Should().BeTrue();
        desk.Buy(1).Should().Match<RiskDecision>(d => d.Code == "daily_trade_limit" && d.Strategy == strategy && d.Found == 2);
        desk.Sell(4).IsAllowed.Should().BeTrue("it only closes");

        desk.At(Midnight);
        desk.Buy(1).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void One_currencys_loss_is_not_anothers()
    {
        var desk = new Desk(new TradingLimits { DailyLoss = 100 });
        desk.Buy(1).IsAllowed.Should().BeTrue();
        desk.Trade(OrderSide.Buy, 10);
        desk.Portfolio.Mark(Desk.Apple, 80);
        desk.Buy(1).Code.Should().Be("daily_loss_limit");
        desk.Buy(1, instrument: Desk.Bitcoin).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void A_strategys_loss_is_not_anothers()
    {
        var desk = new Desk(new TradingLimits { DailyLoss = 100 }, "s");
        desk.Trade(OrderSide.Buy, 10, strategy: "t");
        desk.Trade(OrderSide.Sell, 20, strategy: "s");
        desk.Portfolio.Mark(Desk.Apple, 90);
        desk.Sell(1, strategy: "s").IsAllowed.Should().BeTrue("it has won 200");
        desk.Portfolio.Mark(Desk.Apple, 105);
        desk.Sell(1, strategy: "s").Code.Should().Be("daily_loss_limit");
    }

    [Fact]
    public void A_day_goes_on_after_a_restart()
    {
        var limits = Desk.LimitsOf(new TradingLimits { DailyLoss = 80, DailyTrades = 3 }, null);
        var lived = new Desk(limits);
        lived.Risk.BeginDay(Desk.Noon);
        Morning(lived);
        lived.Buy(1).IsAllowed.Should().BeTrue();
        var kept = lived.Risk.Today().ToArray();

        var restarted = new Desk(limits);
        Morning(restarted);
        foreach (var day in kept) restarted.Risk.Restore(day);

        restarted.Risk.Today().Should().BeEquivalentTo(kept);
        kept.Select(d => (d.Strategy, d.Currency, d.Equity, d.Orders)).Should().BeEquivalentTo(
            ((string?, string, decimal, int)[])[(null, "USD", 1_000_000, 1), ("s", "USD", 0, 1), (null, "EUR", 1_000_000, 1), ("s", "EUR", 0, 1)]);
        foreach (var desk in (Desk[])[lived, restarted])
        {
            desk.Buy(1).IsAllowed.Should().BeTrue("79.90 is lost");
            desk.Portfolio.Mark(Desk.Apple, 100);
            desk.Buy(1).Code.Should().Be("daily_loss_limit");
            desk.Portfolio.Mark(Desk.Apple, 101);
            desk.Buy(1).IsAllowed.Should().BeTrue();
            desk.Buy(1).Code.Should().Be("daily_trade_limit");
        }

        static void Morning(Desk desk)
        {
            desk.Trade(OrderSide.Buy, 10, price: 108);
            desk.Portfolio.Mark(Desk.Apple, 100.01);
        }
    }

    [Fact]
    public void A_day_that_is_over_is_not_gone_on_with()
    {
        var desk = new Desk(new TradingLimits { DailyTrades = 1 });
        desk.Risk.BeginDay(Midnight);
        desk.Risk.Restore(new RiskDay(null, (Midnight / DayMs) - 1, "USD", 5, 1));
        desk.At(Midnight);
        desk.Buy(1).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void Shares_that_were_split_and_dividends_that_were_paid_are_no_loss_of_a_strategy()
    {
        var desk = new Desk(new TradingLimits { DailyLoss = 1, PositionQuantity = 22 }, "s");
        desk.Trade(OrderSide.Buy, 15);
        desk.Risk.BeginDay(Midnight);
        var apple = new InstrumentId("AAPL.SIM");

        var split = new Split(apple, Midnight, 3, 2);
        desk.Risk.OnAction(Desk.Apple, split);
        desk.Portfolio.Book(Desk.Apple, split, kept: 22, default);
        var dividend = new CashDividend(apple, Midnight, 10);
        desk.Risk.OnAction(Desk.Apple, dividend);
        desk.Portfolio.Book(Desk.Apple, dividend, default);

        desk.At(Midnight);
        desk.Buy(1).Code.Should().Be("position_limit", "22 are held, and nothing was lost");
        desk.Portfolio.Mark(Desk.Apple, 56.60);
        desk.Buy(1).Code.Should().Be("daily_loss_limit", "66.67 less 10 is 56.67, of which 22 lost more than 1");
    }
}
