using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>What counts against an account's limits, and the limits themselves, are there again after a restart.</summary>
public sealed class RiskStateTests
{
    private static readonly RiskLimits Wide = new(10, 1_000);

    /// <summary>From the whole log, and from what a service reads of it; on the day itself, and with one that has begun since.</summary>
    public static TheoryData<bool, bool> Restarts { get; } = new() { { true, false }, { false, false }, { true, true }, { false, true } };

    [Theory]
    [MemberData(nameof(Restarts))]
    public void Orders_that_left_count_for_their_day(bool fromAll, bool isNextDay)
    {
        var account = new OneAccount(Wide with { Account = new TradingLimits { DailyTrades = 3 } });
        account.Traded("one", OrderSide.Buy, 1);
        account.Traded("two", OrderSide.Buy, 2);
        if (isNextDay)
        {
            account.Now += TimeSpan.FromDays(1);
            account.Traded("three", OrderSide.Buy, 3);
            account.Traded("four", OrderSide.Buy, 4);
        }

        Restart(account, fromAll);

        account.Traded("the last", OrderSide.Buy, 5);
        var denied = account.Wish("too many", OrderSide.Buy, 6);
        account.Turn();
        account.CodeOf(denied).Should().Be("daily_trade_limit");
        account.Traded("closing", OrderSide.Sell, 1);
    }

    [Theory]
    [MemberData(nameof(Restarts))]
    public void A_loss_is_counted_from_the_day_s_first_equity(bool fromAll, bool isNextDay)
    {
        var account = new OneAccount(Wide with { Account = new TradingLimits { DailyLoss = 100 } });
        account.Traded("entry", OrderSide.Buy, 10);
        account.Engine.OnPrice("AAPL", 95, account.Now);
        var first = 95m;
        if (isNextDay) account.Now += TimeSpan.FromDays(1);
        else first = 100;
        account.Turn();

        Restart(account, fromAll);
        account.Engine.OnPrice("AAPL", (double)first - 9.99, account.Now);
        account.Wish("before", OrderSide.Buy, 1, 80);
        account.Turn();
        account.Logged<OrderDenied>().Should().BeEmpty("99.90 are lost");

        account.Engine.OnPrice("AAPL", (double)first - 10, account.Now);
        var denied = account.Wish("after", OrderSide.Buy, 1, 81);
        account.Turn();
        account.CodeOf(denied).Should().Be("daily_loss_limit");
    }

    [Theory]
    [MemberData(nameof(Restarts))]
    public void A_strategy_holds_what_its_own_orders_have_traded(bool fromAll, bool isNextDay)
    {
        var limits = new Dictionary<string, TradingLimits>(StringComparer.Ordinal) { ["a"] = new() { PositionQuantity = 10 } };
        var account = new OneAccount(Wide with { Strategies = limits });
        account.Traded("of a", OrderSide.Buy, 12 - 4, "a");
        account.Traded("of b", OrderSide.Buy, 20, "b");
        if (isNextDay) account.Now += TimeSpan.FromDays(1);
        account.Traded("of a, too", OrderSide.Sell, 1, "a");

        Restart(account, fromAll);

        var denied = account.Wish("4 more", OrderSide.Buy, 4, 100, "a");
        account.Wish("3 more", OrderSide.Buy, 3, 100, "a");
        account.Wish("of another", OrderSide.Buy, 30, 100, "b");
        account.Turn();
        account.Logged<OrderDenied>().Should().ContainSingle().Which.Should().Match<OrderDenied>(d => d.OrderId.Equals(denied) && d.Code == "position_limit");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_strategy_holds_new_shares_after_a_split(bool fromAll)
    {
        var limits = new Dictionary<string, TradingLimits>(StringComparer.Ordinal) { ["a"] = new() { PositionQuantity = 20 } };
        var account = new OneAccount(Wide with { Strategies = limits });
        account.Traded("of a", OrderSide.Buy, 8, "a");
        account.Now += TimeSpan.FromHours(1);
        account.Engine.Tell(new Split(OneAccount.Apple.Id, account.Now.ToUnixTimeMilliseconds(), 2, 1), account.Now);
        account.Engine.BookDueActions(account.Now);
        account.Turn();

        Restart(account, fromAll);

        var denied = account.Wish("5 more", OrderSide.Buy, 5, 100, "a");
        account.Wish("4 more", OrderSide.Buy, 4, 100, "a");
        account.Turn();
        account.Logged<OrderDenied>().Should().ContainSingle().Which.OrderId.Should().Be(denied);
    }

    [Theory]
    [MemberData(nameof(Restarts))]
    public void What_a_person_adopts_away_its_strategy_holds_no_more(bool fromAll, bool isNextDay)
    {
        var account = new OneAccount(Wide);
        account.Traded("of a", OrderSide.Buy, 10, "a");
        for (var i = 0; i < 2; i++)
        {
            account.Now += TimeSpan.FromSeconds(1);
            account.Engine.Reconcile(account.Now);
            account.Turn();
            account.Engine.OnStatement(new VenueStatement([], true, [], [], [new VenueBalance("USD", 99_000, 99_000)], account.Now), account.Now);
            account.Turn();
        }

        account.Engine.Resolve(account.Engine.Drifts.Single().DriftId, adopt: true, "it was sold by hand", account.Now);
        account.Turn();
        if (isNextDay) account.Now += TimeSpan.FromDays(1);
        account.Traded("of b", OrderSide.Buy, 5, "b");

        Restart(account, fromAll);

        account.Engine.Use(TradingSwitches.Active with
        {
            Strategies = new Dictionary<string, TradingState>(StringComparer.Ordinal) { ["a"] = TradingState.Halted },
            Flattenings = [new Flattening("f", "a", "enough")],
        });
        account.Turn().OfType<AccountWork.Place>().Should().BeEmpty("what the account holds is another's");
        account.Engine.PositionOf(OneAccount.Apple.Id).Held.Should().Be(5);
    }

    [Fact]
    public void A_day_that_begins_is_told_once_with_what_there_is()
    {
        var account = new OneAccount(Wide);
        account.Traded("of a", OrderSide.Buy, 10, "a");
        account.Engine.OnPrice("AAPL", 102, account.Now);
        account.Now += TimeSpan.FromDays(1);
        account.Turn();
        account.Turn();

        account.Logged<RiskDayBegan>().Should().HaveCount(2);
        var began = account.Logged<RiskDayBegan>().Last();
        began.Days.Select(d => (d.Strategy, d.Currency, d.Equity, d.Orders)).Should().BeEquivalentTo([((string?)null, "USD", 100_020m, 0), ("a", "USD", 20m, 0)]);
        began.Holdings.Should().Equal(new StrategyHolding("a", OneAccount.Apple.Id, 10));
        began.Cash.Should().Equal(new StrategyCash("a", "USD", -1_000));
    }

    [Fact]
    public void What_was_asked_for_holds_until_the_configuration_changes()
    {
        var configured = Wide with { Account = new TradingLimits { OrderQuantity = 10, Restricted = new HashSet<Trading.Instruments.InstrumentId> { new("X.VEN") } } };
        var same = Wide with { Account = new TradingLimits { OrderQuantity = 10, Restricted = new HashSet<Trading.Instruments.InstrumentId> { new("X.VEN") } } };
        var account = new OneAccount();
        account.Engine.Configure(configured, account.Now);
        account.Engine.Change(Wide with { Account = new TradingLimits { OrderQuantity = 5 } }, "a drill", account.Now);
        account.Turn();

        account.Restart();
        account.Engine.Configure(same, account.Now);
        account.Turn();
        QuantityOf(account).Should().Be(5);
        account.Logged<RiskLimitsChanged>().Select(c => (c.Source, c.Before?.Account.OrderQuantity, c.After.Account.OrderQuantity)).Should().Equal(
            ("configuration", null, 10), ("request", 10, 5));

        account.Restart();
        account.Engine.Configure(configured with { PositionPercent = 999 }, account.Now);
        account.Turn();
        QuantityOf(account).Should().Be(10);
        var denied = account.Wish("large", OrderSide.Buy, 11, 100);
        account.Turn();
        account.CodeOf(denied).Should().Be("order_quantity_limit");
    }

    [Fact]
    public void Orders_that_have_waited_leave_no_faster_than_they_were_allowed()
    {
        var account = new OneAccount(Wide with { Account = new TradingLimits { OrdersPerSecond = 2 } });
        account.Engine.OnStreamLost("a test", account.Now);
        for (var i = 0; i < 6; i++)
        {
            account.Wish($"waits {i}", OrderSide.Buy, 1 + i, 100);
            account.Now += TimeSpan.FromMilliseconds(500);
        }

        account.Turn();
        account.Restart();
        account.Logged<OrderSubmitted>().Should().HaveCount(2);
        account.Engine.NextWorkAt().Should().Be(account.Now + TimeSpan.FromSeconds(1));

        account.Now += TimeSpan.FromMilliseconds(999);
        account.Turn();
        account.Logged<OrderSubmitted>().Should().HaveCount(2);
        account.Now += TimeSpan.FromMilliseconds(1);
        account.Turn();
        account.Logged<OrderSubmitted>().Should().HaveCount(4);
    }

    [Fact]
    public void Whether_the_market_is_open_the_venue_says_until_it_changes()
    {
        var account = new OneAccount(Wide with { Account = new TradingLimits { OpenMarketOnly = true } });
        ShouldBe(account, "unknown", "market_closed");

        account.Engine.OnMarket(new MarketHours(MarketStatus.Open, account.Now + TimeSpan.FromMinutes(1)));
        ShouldBe(account, "open", null);

        account.Now += TimeSpan.FromMinutes(1);
        ShouldBe(account, "not known any more", "market_closed");

        account.Engine.OnMarket(new MarketHours(MarketStatus.Closed, account.Now + TimeSpan.FromHours(10)));
        ShouldBe(account, "closed", "market_closed");
    }

    private static decimal? QuantityOf(OneAccount account) => account.Engine.Limits.Account.OrderQuantity;

    private static void ShouldBe(OneAccount account, string when, string? code)
    {
        var order = account.Wish(when, OrderSide.Buy, 1, 100);
        account.Turn();
        account.Logged<OrderDenied>().FirstOrDefault(d => d.OrderId.Equals(order))?.Code.Should().Be(code, when);
        account.Logged<OrderApproved>().Any(a => a.OrderId.Equals(order)).Should().Be(code is null, when);
    }

    private static void Restart(OneAccount account, bool fromAll)
    {
        if (fromAll) account.Restart();
        else account.RestartFromTheNewestDay();
    }
}
