using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.Performance;

public sealed class RoundTripsTests
{
    private static readonly InstrumentId Apple = new("AAPL.SIM");
    private static readonly InstrumentId Ibm = new("IBM.SIM");

    private readonly RoundTrips _roundTrips = new();
    private long _at;

    [Fact]
    public void A_position_built_and_sold_in_parts_is_one_trade()
    {
        Fill(OrderSide.Buy, 10, 100, 1).Should().BeNull();
        Fill(OrderSide.Buy, 10, 110, 1).Should().BeNull();
        Fill(OrderSide.Sell, 5, 120, 1).Should().BeNull();

        // Paid 2,100, received 600 + 1,650; four commissions.
        Fill(OrderSide.Sell, 15, 110, 1).Should().Be(
            new RoundTrip(Apple, OrderSide.Buy, 20, 105, 112.5m, 4, 146, 1, 4));
    }

    [Fact]
    public void A_short_position_gains_when_the_price_falls()
    {
        Fill(OrderSide.Sell, 10, 100, 0).Should().BeNull();

        Fill(OrderSide.Buy, 10, 90, 2).Should().Be(new RoundTrip(Apple, OrderSide.Sell, 10, 100, 90, 2, 98, 1, 2));
    }

    [Fact]
    public void A_fill_that_crosses_to_the_other_side_closes_one_trade_and_opens_the_next()
    {
        Fill(OrderSide.Buy, 10, 100, 0).Should().BeNull();

        // 40 were sold: a quarter of the commission belongs to the ten that closed.
        Fill(OrderSide.Sell, 40, 110, 8).Should().Be(new RoundTrip(Apple, OrderSide.Buy, 10, 100, 110, 2, 98, 1, 2));
        Fill(OrderSide.Buy, 30, 100, 0).Should().Be(new RoundTrip(Apple, OrderSide.Sell, 30, 110, 100, 6, 294, 2, 3));
    }

    [Fact]
    public void Instruments_are_kept_apart()
    {
        Fill(OrderSide.Buy, 10, 100, 0).Should().BeNull();

        Fill(OrderSide.Sell, 10, 100, 0, Ibm).Should().BeNull();
    }

    [Fact]
    public void A_position_is_open_until_it_is_closed_and_one_that_crosses_stays_open()
    {
        Fill(OrderSide.Buy, 10, 100, 0);
        Fill(OrderSide.Buy, 10, 100, 0);
        _roundTrips.OpenPositions.Should().Be(1);
        Fill(OrderSide.Sell, 5, 100, 0, Ibm);
        _roundTrips.OpenPositions.Should().Be(2);
        Fill(OrderSide.Sell, 30, 100, 0);
        _roundTrips.OpenPositions.Should().Be(2);
        Fill(OrderSide.Buy, 10, 100, 0);
        Fill(OrderSide.Buy, 5, 100, 0, Ibm);
        _roundTrips.OpenPositions.Should().Be(0);
    }

    [Fact]
    public void A_fill_of_nothing_is_refused() =>
        FluentActions.Invoking(() => Fill(OrderSide.Buy, 0, 100, 0)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Once_all_is_flat_the_trades_profits_are_all_the_cash_that_moved() =>
        Prop.ForAll(Arb.From(Gen.Choose(-50, 50).Where(quantity => quantity != 0).NonEmptyListOf()), quantities =>
        {
            var roundTrips = new RoundTrips();
            var (cash, profits, position, price) = (0m, 0m, 0m, 100m);
            foreach (var quantity in quantities.Append(-quantities.Sum()).Where(quantity => quantity != 0))
            {
                price += quantity % 7;
                position += quantity;
                cash -= (quantity * price) + 0.5m;
                var side = quantity > 0 ? OrderSide.Buy : OrderSide.Sell;
                if (roundTrips.OnFill(Apple, side, Math.Abs(quantity), price, 0.5m, 0, out var trade)) profits += trade.ProfitAndLoss;
            }

            // What a crossing fill's commission was split into may not be a finite decimal.
            return position == 0 && Math.Abs(profits - cash) < 1e-20m;
        }).QuickCheckThrowOnFailure();

    private RoundTrip? Fill(OrderSide side, decimal quantity, decimal price, decimal commission, InstrumentId? instrument = null) =>
        _roundTrips.OnFill(instrument ?? Apple, side, quantity, price, commission, ++_at, out var trade) ? trade : null;
}
