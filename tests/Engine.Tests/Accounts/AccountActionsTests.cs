using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;
using static AlgoStack.Engine.Tests.Accounts.HeldAccount;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>Splits and dividends of what an account at a venue holds.</summary>
public sealed class AccountActionsTests
{
    private readonly HeldAccount _account = new();
    private readonly DateTimeOffset _ex;

    public AccountActionsTests() => _ex = _account.Now.AddHours(1);

    // Nvidia, 10 June 2024: ten new shares for one.
    [Fact]
    public void A_split_told_ahead_is_booked_at_its_ex_date_and_the_venue_agrees()
    {
        _account.Fill(OrderSide.Buy, 7, 1_200);
        _account.Engine.OnPrice("AAPL", 1_208.88, _account.Now);
        _account.Now += TimeSpan.FromMinutes(1);
        _account.Turn();
        var equity = Equity(_account);

        _account.Engine.Tell(SplitAt(_ex, 10, 1), _account.Now).Should().BeTrue();
        _account.Turn().OfType<PositionSplit>().Should().BeEmpty();
        _account.Engine.NextWorkAt().Should().BeOnOrBefore(_ex);
        _account.Now = _ex;
        _account.Turn().OfType<PositionSplit>().Should().ContainSingle().Which.Should().Match<PositionSplit>(s => s.Quantity == 70 && s.AveragePrice == 120);
        _account.Hold(70);
        _account.Reconcile();

        Equity(_account).Should().Be(equity);
        _account.Engine.Drifts.Should().BeEmpty();
        _account.Engine.IsProven.Should().BeTrue();
    }

    [Fact]
    public void A_split_told_late_takes_back_the_drift_that_the_venue_had_made_of_it()
    {
        _account.Fill(OrderSide.Buy, 10, 100);
        _account.Now = _ex.AddMinutes(10);
        _account.Engine.OnPrice("AAPL", 25, _account.Now);
        _account.Hold(40);
        _account.Reconcile();
        _account.Engine.Drifts.Should().ContainSingle().Which.Kind.Should().Be(DriftKind.Position);

        _account.Engine.Tell(SplitAt(_ex, 4, 1), _account.Now).Should().BeTrue();
        _account.Reconcile();

        _account.Engine.Drifts.Should().BeEmpty();
        Equity(_account).Should().Be(100_000, "the market had told a price of new shares");
    }

    [Fact]
    public void Told_twice_it_is_booked_once_and_other_terms_are_refused()
    {
        _account.Fill(OrderSide.Buy, 10, 100);
        _account.Now = _ex;
        _account.Engine.Tell(SplitAt(_ex, 4, 1), _account.Now).Should().BeTrue();
        _account.Engine.Tell(SplitAt(_ex, 4, 1), _account.Now).Should().BeTrue();
        _account.Turn().OfType<PositionSplit>().Should().ContainSingle();
        var again = _account.FromLog();
        again.Engine.Tell(SplitAt(_ex, 4, 1), again.Now).Should().BeTrue();
        again.Turn().Should().NotContain(e => e is PositionSplit);

        again.Engine.Tell(SplitAt(_ex, 5, 1), again.Now).Should().BeFalse();
        again.Engine.PositionOf(Apple.Id).Held.Should().Be(40);
    }

    // Apple, 10 May 2024: a quarter of a dollar a share, paid on the 16th.
    [Fact]
    public void A_dividend_is_due_from_its_ex_date_and_cash_when_the_venue_has_paid_it()
    {
        _account.Fill(OrderSide.Buy, 10, 183);
        _account.Engine.OnPrice("AAPL", 183, _account.Now);
        _account.Engine.Tell(DividendAt(_ex, 0.25m), _account.Now);
        _account.Now = _ex;
        _account.Turn().OfType<DividendBooked>().Should().ContainSingle().Which.Cash.Should().Be(2.5m);
        Equity(_account).Should().Be(100_000, "the price is without it, and it is due");
        _account.Reconcile();
        _account.Engine.Drifts.Should().BeEmpty("nobody has paid it yet");

        var again = _account.FromLog();
        again.Pay(2.5m);
        again.Reconcile();

        again.Engine.Drifts.Should().BeEmpty();
        var turn = again.Turn();
        turn.OfType<CashMoved>().Should().ContainSingle().Which.Should().Match<CashMoved>(c => c.Amount == 2.5m && c.Balance == 100_000 - 1_830 + 2.5m);
        turn.OfType<CorporateActionPaid>().Should().ContainSingle();
        Equity(again).Should().Be(100_000);
    }

    [Fact]
    public void A_short_owes_the_dividend()
    {
        _account.Fill(OrderSide.Sell, 10, 100);
        _account.Engine.Tell(DividendAt(_ex, 1), _account.Now);
        _account.Now = _ex;
        _account.Turn().OfType<CorporateActionBooked>().Should().ContainSingle().Which.Due.Should().Be(-10);
        _account.Pay(-10);
        _account.Reconcile();

        _account.Engine.Drifts.Should().BeEmpty();
        Equity(_account).Should().Be(100_000);
    }

    [Fact]
    public void Two_dividends_may_be_paid_as_one_and_to_the_cent()
    {
        _account.Fill(OrderSide.Buy, 7, 100);
        _account.Engine.Tell(DividendAt(_ex, 0.2325m), _account.Now);
        _account.Engine.Tell(DividendAt(_ex.AddDays(1), 0.1m), _account.Now);
        _account.Now = _ex.AddDays(1);
        _account.Turn();

        // 1.6275 and 0.70.
        _account.Pay(2.33m);
        _account.Reconcile();

        _account.Engine.Drifts.Should().BeEmpty();
        _account.Turn().OfType<CorporateActionPaid>().Sum(p => p.Amount).Should().Be(2.33m);
        Equity(_account).Should().BeApproximately(100_000, 0.01m);
    }

    [Fact]
    public void What_a_split_leaves_below_a_lot_is_due()
    {
        _account.Fill(OrderSide.Buy, 15, 660);
        _account.Engine.Tell(SplitAt(_ex, 3, 2), _account.Now);
        _account.Now = _ex;
        _account.Turn().OfType<PositionSplit>().Should().ContainSingle().Which.Should().Match<PositionSplit>(s => s.Quantity == 22 && s.Cash == 220);
        Equity(_account).Should().Be(100_000);

        _account.Hold(22);
        _account.Pay(220);
        _account.Reconcile();

        _account.Engine.Drifts.Should().BeEmpty();
    }

    [Fact]
    public void What_traded_since_the_ex_date_is_told_and_not_guessed()
    {
        _account.Now = _ex.AddMinutes(5);
        _account.Fill(OrderSide.Buy, 10, 25);

        _account.Engine.Tell(SplitAt(_ex, 4, 1), _account.Now).Should().BeTrue();

        _account.Engine.FindAction(SplitAt(_ex, 4, 1).Id).Should().BeOfType<CorporateActionDropped>();
        _account.Engine.PositionOf(Apple.Id).Held.Should().Be(10);
    }

    [Fact]
    public void An_account_that_holds_nothing_says_so()
    {
        _account.Engine.Tell(SplitAt(_ex, 4, 1), _account.Now);
        _account.Now = _ex;
        _account.Turn();

        _account.Engine.FindAction(SplitAt(_ex, 4, 1).Id).Should().BeOfType<CorporateActionBooked>().Which.Quantity.Should().Be(0);
    }

    [Fact]
    public void A_fill_from_before_the_ex_date_that_was_missed_is_booked_before_the_split()
    {
        _account.Fill(OrderSide.Buy, 10, 100);
        _account.Engine.Tell(SplitAt(_ex, 4, 1), _account.Now);
        _account.Engine.OnStreamLost("the line broke", _account.Now);
        _account.Turn();

        _account.Now = _ex.AddHours(1);
        _account.Turn().Should().NotContain(e => e is PositionSplit, "what was missed is not known yet");
        _account.Hold(40);
        _account.Engine.OnConnected(_account.Now);
        _account.Reconcile();

        _account.Engine.PositionOf(Apple.Id).Held.Should().Be(40);
        _account.Engine.Drifts.Should().BeEmpty();
    }

    [Fact]
    public void An_order_that_waits_here_is_taken_back_by_a_split_for_it_was_for_old_shares()
    {
        _account.Fill(OrderSide.Buy, 10, 100);
        _account.Engine.OnStreamLost("the line broke", _account.Now);
        var waiting = ClientOrderId.ForRequest("main", "waits");
        _account.Engine.Place(
            new OrderIntent(waiting, "main", "test", Apple.Id, OrderSide.Sell, 10, OrderType.Limit, 110, null, _account.Now) { LimitPrice = 110 }, _account.Now);
        _account.Engine.Tell(SplitAt(_account.Now, 4, 1), _account.Now);
        _account.Turn();
        _account.Hold(40);
        _account.Engine.OnConnected(_account.Now);
        _account.Reconcile();

        _account.Engine.Find(waiting)!.Status.Should().Be(OrderStatus.Canceled);
    }

    [Fact]
    public void Equity_goes_on_within_a_rounding_unit_whatever_is_held_at_whatever_price() => Prop.ForAll(
        Arb.From(Gen.Zip(Gen.Zip(Gen.Choose(-500, 500).Where(q => q != 0), Gen.Choose(100, 50_000)), Gen.Zip(Gen.Choose(1, 30), Gen.Choose(1, 30)))),
        drawn =>
        {
            var ((quantity, cents), (@new, old)) = drawn;
            var account = new HeldAccount();
            account.Fill(quantity > 0 ? OrderSide.Buy : OrderSide.Sell, Math.Abs(quantity), cents / 100m);
            account.Engine.OnPrice("AAPL", (cents + 7) / 100.0, account.Now);
            account.Now += TimeSpan.FromMinutes(1);
            account.Turn();
            var before = Equity(account);

            account.Engine.Tell(SplitAt(account.Now.AddMinutes(1), @new, old), account.Now);
            account.Engine.Tell(DividendAt(account.Now.AddMinutes(1), 0.37m), account.Now);
            account.Now += TimeSpan.FromMinutes(1);
            account.Turn();

            // The keeper's prices have twelve digits, and so have fractions of a share, which are worth that price.
            return Math.Abs(Equity(account) - before) <= (Math.Abs(quantity) + (cents / 100m)) * 30 * 1e-12m || cents + 7 < 37;
        }).QuickCheckThrowOnFailure();

    private static Split SplitAt(DateTimeOffset ex, decimal @new, decimal old) => new(Apple.Id, ex.ToUnixTimeMilliseconds(), @new, old);

    private static CashDividend DividendAt(DateTimeOffset ex, decimal amount) => new(Apple.Id, ex.ToUnixTimeMilliseconds(), amount);
}
