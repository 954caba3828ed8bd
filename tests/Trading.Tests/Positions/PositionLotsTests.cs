using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.Positions;

public sealed class PositionLotsTests
{
    private static readonly InstrumentId Apple = new("AAPL.SIM");
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);

    private readonly PositionLots _lots = new();
    private int _fills;

    // The example of "Identification not possible" in Publication 550, Investment Income and Expenses, U.S. Internal Revenue Service:
    // 100 shares at $10, 200 at $11, 50 are given away, 100 at $9; of 130 sold the basis is $1,380, 50 × $10 and 80 × $11.
    [Fact]
    public void What_came_in_first_goes_out_first()
    {
        Fill(OrderSide.Buy, 100, 10);
        Fill(OrderSide.Buy, 200, 11);
        Fill(OrderSide.Sell, 50, 10).Sum(Basis).Should().Be(500);
        Fill(OrderSide.Buy, 100, 9);

        var closed = Fill(OrderSide.Sell, 130, 12);

        closed.Select(Basis).Should().Equal(500, 880);
        closed.Sum(c => c.RealizedPnl).Should().Be((130 * 12) - 1_380).And.Be(_lots.RealizedPnl);
        _lots.Open.Select(l => (l.Quantity, l.Price)).Should().Equal((120, 11), (100, 9));
        _lots.FirstInFirstOut.AveragePrice.Should().Be(((120 * 11m) + (100 * 9m)) / 220);

        static decimal Basis(ClosedLot lot) => lot.Quantity * lot.OpenPrice;
    }

    [Fact]
    public void A_short_is_bought_back_oldest_first()
    {
        Fill(OrderSide.Sell, 10, 100);
        Fill(OrderSide.Sell, 10, 90);

        Fill(OrderSide.Buy, 15, 80).Select(c => (c.Quantity, c.OpenPrice, c.RealizedPnl)).Should().Equal((-10, 100, 200), (-5, 90, 50));
        _lots.Open.Should().ContainSingle().Which.Quantity.Should().Be(-5);
    }

    [Fact]
    public void A_fill_through_zero_closes_all_lots_and_opens_the_first_of_the_other_side_at_its_share_of_the_commission()
    {
        Fill(OrderSide.Buy, 10, 100, 1);
        Fill(OrderSide.Buy, 10, 110, 1);

        var closed = Fill(OrderSide.Sell, 40, 120, 8);

        closed.Select(c => (c.Quantity, c.RealizedPnl, c.Commission)).Should().Equal((10, 200, 3), (10, 100, 3));
        _lots.Open.Should().Equal(new PositionLot(Start.AddMinutes(3), -20, 120, 4));
    }

    [Fact]
    public void A_lot_that_goes_in_parts_keeps_its_age_and_pays_its_commission_once()
    {
        Fill(OrderSide.Buy, 4, 100, 1);
        Fill(OrderSide.Sell, 1, 100).Single().Commission.Should().Be(0.25m);
        Fill(OrderSide.Sell, 1, 100).Single().Commission.Should().Be(0.25m);

        _lots.Open.Should().Equal(new PositionLot(Start.AddMinutes(1), 2, 100, 0.5m));
    }

    // Apple, 31 August 2020: four new shares for one.
    [Fact]
    public void A_split_makes_every_lot_one_of_new_shares_that_cost_as_much()
    {
        Fill(OrderSide.Buy, 10, 400, 2);
        Fill(OrderSide.Buy, 5, 480, 2);

        _lots.OnSplit(SplitOf(60, 4, 1)).Should().BeEmpty();

        _lots.Open.Select(l => (l.Quantity, l.Price, l.Commission)).Should().Equal((40, 100, 2), (20, 120, 2));
        _lots.AtAverageCost.Quantity.Should().Be(60);
        _lots.RealizedPnl.Should().Be(0);
    }

    [Fact]
    public void What_a_split_leaves_below_a_lot_is_sold_from_the_oldest()
    {
        Fill(OrderSide.Buy, 10, 10);
        Fill(OrderSide.Buy, 5, 20);

        // 15 old shares are 1.5 new ones: one is kept, and half of one is paid out at 140, bought at 100.
        _lots.OnSplit(SplitOf(1, 1, 10, fraction: 0.5m, price: 140)).Single().RealizedPnl.Should().Be(20);

        _lots.Open.Select(l => (l.Quantity, l.Price)).Should().Equal((0.5m, 100), (0.5m, 200));
    }

    [Fact]
    public void Lots_are_those_of_a_queue_of_single_units() => Prop.ForAll(Fills, fills =>
    {
        var lots = new PositionLots();
        var (queue, realized) = (new Queue<(int Side, decimal Price)>(), 0m);
        foreach (var (quantity, price) in fills)
        {
            lots.OnFill(quantity > 0 ? OrderSide.Buy : OrderSide.Sell, Math.Abs(quantity), price, 0, Start);
            for (var unit = 0; unit < Math.Abs(quantity); unit++)
            {
                if (queue.Count > 0 && queue.Peek().Side != Math.Sign(quantity))
                {
                    var (side, paid) = queue.Dequeue();
                    realized += side * (price - paid);
                }
                else
                {
                    queue.Enqueue((Math.Sign(quantity), price));
                }
            }
        }

        return lots.RealizedPnl == realized
            && lots.AtAverageCost.Quantity == queue.Sum(u => u.Side)
            && lots.Open.SelectMany(l => Enumerable.Repeat((Math.Sign(l.Quantity), l.Price), (int)Math.Abs(l.Quantity))).SequenceEqual(queue);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Once_nothing_is_held_both_methods_have_realized_what_came_in_less_what_went_out() => Prop.ForAll(Fills, fills =>
    {
        var (lots, cash, commissions) = (new PositionLots(), 0m, 0m);
        var last = (-fills.Sum(f => f.Quantity), 33m);
        foreach (var (quantity, price) in fills.Append(last).Where(f => f.Item1 != 0))
        {
            cash -= quantity * price;
            commissions += lots.OnFill(quantity > 0 ? OrderSide.Buy : OrderSide.Sell, Math.Abs(quantity), price, 1, Start).Sum(c => c.Commission);
        }

        var fillsInAll = fills.Append(last).Count(f => f.Item1 != 0);
        return lots.Open.Count == 0
            && lots.RealizedPnl == cash
            && Math.Abs(lots.AtAverageCost.RealizedPnl - cash) < 1e-18m
            && Math.Abs(commissions - fillsInAll) < 1e-18m;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_split_moves_no_money_whatever_the_lots() => Prop.ForAll(
        Arb.From(Gen.Zip(Fills.Generator, Gen.Zip(Gen.Choose(1, 20), Gen.Choose(1, 20)))), drawn =>
        {
            var (fills, (@new, old)) = drawn;
            var lots = new PositionLots();
            foreach (var (quantity, price) in fills) lots.OnFill(quantity > 0 ? OrderSide.Buy : OrderSide.Sell, Math.Abs(quantity), price, 0, Start);
            var (held, cost, realized) = (lots.AtAverageCost.Quantity, lots.Open.Sum(l => l.Quantity * l.Price), lots.RealizedPnl);
            if (held == 0) return true;

            var shares = decimal.Round(held * @new / old, 12);
            lots.OnSplit(SplitOf(shares, @new, old));

            return lots.Open.Sum(l => l.Quantity) == shares
                && lots.RealizedPnl == realized
                && Math.Abs(lots.Open.Sum(l => l.Quantity * l.Price) - cost) < 1e-6m;
        }).QuickCheckThrowOnFailure();

    private static Arbitrary<List<(int Quantity, decimal Price)>> Fills { get; } = Arb.From(
        Gen.Zip(Gen.Choose(-30, 30).Where(q => q != 0), Gen.Choose(1, 5_000).Select(p => p / 100m)).ListOf().Select(fills => fills.ToList()));

    private static PositionSplit SplitOf(decimal quantity, decimal @new, decimal old, decimal fraction = 0, decimal price = 0) =>
        new("main", Apple, "USD", quantity, 0, 0, Start, @new, old, fraction, price, fraction * price);

    private IReadOnlyList<ClosedLot> Fill(OrderSide side, decimal quantity, decimal price, decimal commission = 0) =>
        _lots.OnFill(side, quantity, price, commission, Start.AddMinutes(++_fills));
}
