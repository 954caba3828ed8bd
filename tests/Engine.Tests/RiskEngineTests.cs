using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

public sealed class RiskEngineTests
{
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.SIM"), 0.01m, 1, "USD");
    private static readonly Instrument Bitcoin = new(new InstrumentId("BTCEUR.SIM"), 0.01m, 0.00000001m, "EUR");

    private readonly PortfolioKeeper _portfolio = new("paper", 1_000);
    private readonly RiskEngine _risk;
    private int _orders;

    public RiskEngineTests()
    {
        _portfolio.Add(Apple);
        _portfolio.Add(Bitcoin);
        _risk = new RiskEngine(_portfolio, new RiskLimits(10, 50));
    }

    [Fact]
    public void An_order_within_cash_and_limit_is_allowed() => Check(OrderSide.Buy, 5, 100).IsAllowed.Should().BeTrue();

    [Fact]
    public void A_quantity_below_one_lot_is_denied_by_name() => Check(OrderSide.Buy, 0, 100).Code.Should().Be("quantity_below_lot");

    [Fact]
    public void Nothing_leaves_while_trading_is_halted()
    {
        _risk.Halt();
        Check(OrderSide.Buy, 1, 100).Code.Should().Be("halted");

        _risk.Resume();
        Check(OrderSide.Buy, 1, 100).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void A_position_worth_more_than_its_share_of_equity_is_denied() =>
        Check(OrderSide.Buy, 5.01m, 100).Should().Be(new RiskDecision(
            "position_limit", "The position would be worth 501.00, more than 50 % of equity (500.00)."));

    [Fact]
    public void Buys_on_their_way_count_against_the_limit_until_they_are_done()
    {
        var first = Order(OrderSide.Buy, 4, 100);
        _risk.Check(first).IsAllowed.Should().BeTrue();
        Check(OrderSide.Buy, 2, 100).Code.Should().Be("position_limit");

        _risk.Release(first);
        Check(OrderSide.Buy, 2, 100).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void What_has_traded_is_no_more_on_its_way()
    {
        var first = Order(OrderSide.Buy, 4, 100);
        _risk.Check(first).IsAllowed.Should().BeTrue();
        _risk.OnFill(first, 3);
        first.Leaves = 1;
        Check(OrderSide.Buy, 5, 100).Code.Should().Be("position_limit", "1 is on its way, which makes it 600 of at most 500");
        Check(OrderSide.Buy, 4, 100).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void An_exit_on_its_way_makes_no_room_for_another_order()
    {
        Fill(0, OrderSide.Buy, 5, 100);
        _risk.Check(Order(OrderSide.Sell, 5, 100, isExit: true)).IsAllowed.Should().BeTrue();

        Check(OrderSide.Buy, 1, 100).Code.Should().Be("position_limit");
    }

    [Fact]
    public void Cash_of_one_currency_buys_nothing_in_another()
    {
        Fill(0, OrderSide.Buy, 9, 100);
        Check(OrderSide.Buy, 2, 100).Code.Should().Be("insufficient_cash");
        Check(OrderSide.Buy, 2, 100, instrument: 1).IsAllowed.Should().BeTrue();
    }

    [Fact]
    public void An_order_that_only_makes_the_position_smaller_passes_the_limit()
    {
        Fill(0, OrderSide.Buy, 9, 100);
        Check(OrderSide.Sell, 9, 100).IsAllowed.Should().BeTrue();
        Check(OrderSide.Sell, 18, 100).Code.Should().Be("position_limit");
    }

    private RiskDecision Check(OrderSide side, decimal quantity, decimal price, int instrument = 0) =>
        _risk.Check(Order(side, quantity, price, instrument));

    private void Fill(int instrument, OrderSide side, decimal quantity, decimal price)
    {
        _portfolio.Book(instrument, side, new OrderFilled(new ClientOrderId("o"), "t", quantity, price, 0, 0, default));
        _portfolio.Mark(instrument, (double)price);
    }

    private WorkingOrder Order(OrderSide side, decimal quantity, decimal price, int instrument = 0, bool isExit = false) => new(
        instrument,
        new OrderIntent(
            ClientOrderId.For("paper", "s", Apple.Id, _orders++, 0), "paper", "s", Apple.Id, side, quantity, OrderType.Market, price, null, default),
        new StrategyBook("s"),
        isExit);
}
