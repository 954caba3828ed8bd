using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Engine.Tests;

public sealed class PortfolioKeeperTests
{
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.SIM"), 0.01m, 1, "USD");
    private static readonly Instrument Bitcoin = new(new InstrumentId("BTCEUR.SIM"), 0.01m, 0.00000001m, "EUR");

    [Fact]
    public void A_position_opens_changes_and_closes()
    {
        var keeper = Keeper();

        Book(keeper, OrderSide.Buy, 10, 100).Should().BeEquivalentTo(new PositionOpened("paper", Apple.Id, "USD", 10, 100, 0, default));
        Book(keeper, OrderSide.Buy, 10, 110).Should().BeEquivalentTo(new PositionChanged("paper", Apple.Id, "USD", 20, 105, 0, default));
        Book(keeper, OrderSide.Sell, 5, 115).Should().BeEquivalentTo(new PositionChanged("paper", Apple.Id, "USD", 15, 105, 50, default));
        Book(keeper, OrderSide.Sell, 15, 95).Should().BeEquivalentTo(new PositionClosed("paper", Apple.Id, "USD", 0, 0, -100, default));

        keeper.Cash(0).Should().Be(100_000 - 100, "no position is left and 100 was lost");
    }

    [Fact]
    public void A_fill_through_zero_closes_one_side_and_opens_the_other()
    {
        var keeper = Keeper();
        Book(keeper, OrderSide.Buy, 10, 100);

        Book(keeper, OrderSide.Sell, 15, 110);

        keeper.Position(0).Should().Be(new Position(-5, 110, 100));
    }

    [Fact]
    public void Commission_leaves_cash_and_is_counted_apart_from_profit()
    {
        var keeper = Keeper();
        keeper.Book(0, OrderSide.Buy, new OrderFilled(new ClientOrderId("o"), "t", 1, 100, 0.05m, 0, default));
        keeper.Mark(0, 100);

        keeper.Equity(0).Should().Be(100_000 - 0.05m);
        keeper.Balances().First().Commission.Should().Be(0.05m);
        keeper.Balances().First().RealizedPnl.Should().Be(0);
    }

    [Fact]
    public void Currencies_are_never_added_up()
    {
        var keeper = Keeper();
        keeper.Add(Bitcoin);
        Book(keeper, OrderSide.Buy, 10, 100);
        keeper.Mark(0, 120);

        keeper.Balances().Select(b => (b.Currency, b.Equity)).Should().Equal(("USD", 100_200), ("EUR", 100_000));
    }

    [Fact]
    public void Equity_is_the_opening_balance_and_all_profit_less_commission_whatever_was_traded() => Prop.ForAll(
        ArbMap.Default.ArbFor<(bool Buy, byte Quantity, byte Price)[]>(),
        trades =>
        {
            var keeper = Keeper();
            foreach (var (buy, quantity, price) in trades)
            {
                Book(keeper, buy ? OrderSide.Buy : OrderSide.Sell, quantity + 1, price + 1, commission: 0.25m);
            }

            keeper.Mark(0, 77);
            var position = keeper.Position(0);
            var unrealized = (77 - position.AveragePrice) * position.Quantity;
            var expected = 100_000 + position.RealizedPnl + unrealized - (0.25m * trades.Length);
            return Math.Abs(keeper.Equity(0) - expected) < 0.000001m;
        }).QuickCheckThrowOnFailure();

    private static PortfolioKeeper Keeper()
    {
        var keeper = new PortfolioKeeper("paper", 100_000);
        keeper.Add(Apple);
        return keeper;
    }

    private static PositionEvent Book(PortfolioKeeper keeper, OrderSide side, decimal quantity, decimal price, decimal commission = 0) =>
        keeper.Book(0, side, new OrderFilled(new ClientOrderId("o"), "t", quantity, price, commission, 0, default));
}
