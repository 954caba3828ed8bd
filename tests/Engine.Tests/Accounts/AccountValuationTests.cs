using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;
using static AlgoStack.Engine.Tests.Accounts.HeldAccount;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>What an account at a venue is worth, and when it is said.</summary>
public sealed class AccountValuationTests
{
    private readonly HeldAccount _account = new();

    [Fact]
    public void An_account_is_worth_what_it_began_with_until_something_trades() =>
        _account.Turn().OfType<AccountValued>().Should().ContainSingle().Which.Balances.Should().Equal(new Balance("USD", 100_000, 100_000, 100_000, 0, 0));

    [Fact]
    public void Every_fill_values_the_account_in_its_own_commit_at_the_price_it_traded_at_where_no_other_is_known()
    {
        _account.Turn();

        _account.Fill(OrderSide.Buy, 10, 100, fee: 1);

        var events = _account.Turn();
        events.OfType<AccountValued>().Should().ContainSingle().Which.Balances.Should().Equal(new Balance("USD", 100_000, 98_999, 99_999, 0, 1));
        events.Should().Contain(e => e is OrderFilled);
    }

    [Fact]
    public void While_something_is_held_a_new_price_values_it_once_a_minute_and_an_old_one_does_not()
    {
        _account.Fill(OrderSide.Buy, 10, 100);
        _account.Turn();

        _account.Engine.OnPrice("AAPL", 103, _account.Now);
        _account.Turn().Should().BeEmpty("it is not a minute yet");
        _account.Engine.NextWorkAt().Should().BeOnOrBefore(_account.Now.AddMinutes(1));
        _account.Now += TimeSpan.FromMinutes(1);
        _account.Turn().OfType<AccountValued>().Should().ContainSingle().Which.Should().Match<AccountValued>(
            v => v.Balances[0].Equity == 100_030 && v.Prices["AAPL.VEN"] == 103);
        _account.Now += TimeSpan.FromMinutes(1);
        _account.Turn().OfType<AccountValued>().Should().BeEmpty("nothing has changed");
    }

    [Fact]
    public void With_nothing_held_no_time_values_the_account()
    {
        _account.Fill(OrderSide.Buy, 10, 100);
        _account.Fill(OrderSide.Sell, 10, 110);
        _account.Turn().OfType<AccountValued>().Last().Balances[0].RealizedPnl.Should().Be(100);

        _account.Engine.OnPrice("AAPL", 120, _account.Now);
        _account.Now += TimeSpan.FromHours(1);
        _account.Turn().OfType<AccountValued>().Should().BeEmpty();
    }

    [Fact]
    public void What_is_paid_in_is_no_profit()
    {
        _account.Venue = _account.Venue with { Balances = [new VenueBalance("USD", 100_500, null)] };
        _account.Reconcile();
        var drift = _account.Engine.Drifts.Should().ContainSingle().Which;

        _account.Engine.Resolve(drift.DriftId, adopt: true, "a deposit", _account.Now).Should().BeNull();

        _account.Turn().OfType<AccountValued>().Last().Balances.Should().Equal(new Balance("USD", 100_500, 100_500, 100_500, 0, 0));
    }

    [Fact]
    public void What_was_held_when_the_books_began_came_in_at_what_it_had_cost()
    {
        var account = new HeldAccount(held: 10, average: 90);

        account.Turn().OfType<AccountValued>().Last().Balances.Should().Equal(new Balance("USD", 100_900, 100_000, 100_900, 0, 0));
    }

    [Fact]
    public void An_engine_from_the_log_values_the_account_as_the_one_before()
    {
        _account.Fill(OrderSide.Buy, 10, 100, fee: 1);
        _account.Fill(OrderSide.Sell, 4, 110, fee: 1);
        _account.Engine.OnPrice("AAPL", 107, _account.Now);
        _account.Now += TimeSpan.FromMinutes(1);
        var before = _account.Turn().OfType<AccountValued>().Last();

        var again = _account.FromLog();
        again.Fill(OrderSide.Sell, 6, 107);

        again.Turn().OfType<AccountValued>().Should().ContainSingle().Which.Balances.Should().Equal(
            before.Balances[0] with { Cash = before.Balances[0].Equity, RealizedPnl = before.Balances[0].RealizedPnl + 42 });
        Equity(again).Should().Be(100_000 + 40 + 42 - 2);
    }
}
