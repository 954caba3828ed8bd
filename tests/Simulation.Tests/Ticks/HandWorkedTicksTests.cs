using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Simulation.Tests.Ticks;

/// <summary>Three minutes in a dozen ticks, of which every fill and all cash was worked out by hand.</summary>
public sealed class HandWorkedTicksTests
{
    // An account of 100,000 stakes a tenth of it at the first bar's close, in whole shares, with a stop at 49 and a target at 52.
    // Orders take 100 ms. Takers pay 0.1 %, makers 0.02 %, and no more than half of a size is to be had.
    //
    // tick                           | trades                   | cash       | worked out
    private const string Table =
        """
        10     quote 49.90 100 50.10 100 |                          | 100000     |
        20     trade 50.00 10            |                          | 100000     | the first minute closes at 50.00: 10,000 / 50.00 = 200 shares
        60.05  quote 50.00 300 50.20 100 |                          | 100000     | the order is not here before 60.100
        60.1   trade 50.10 40            | +50 50.20                | 97487.49   | at the ask, half of its 100: 2,510.00 and 2.51
        60.5   quote 50.05 200 50.30 240 | +120 50.30               | 91445.454  | half of 240: 6,036.00 and 6.036
        61     trade 50.40 30            |                          | 91445.454  | that half is used up
        62     quote 52.00 100 52.20 100 | +30 52.20, -50 52.00     | 92477.368  | the rest, 1,566.00 and 1.566; half of the bid takes the first target, 2,600.00 - 0.52
        70     trade 52.00 500           |                          | 92477.368  | a trade at the target is of others
        80     trade 52.10 100           | -50 52.00                | 95076.848  | one beyond it is ours too, half of it: 2,600.00 - 0.52
        121    trade 48.50 60            |                          | 95076.848  | both stops are reached, but of that old bid all is taken
        121.2  quote 48.00 400 48.40 100 | -70 48.00, -30 48.00     | 99872.048  | 3,360.00 - 3.36 and 1,440.00 - 1.44
        180    trade 48.20 10            |                          | 99872.048  | closes the third minute
        """;

    [Fact]
    public void Every_fill_and_all_cash_is_as_worked_out_by_hand()
    {
        var lines = Table.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToArray();
        var ticks = TickScript.Series(string.Join('\n', lines.Select(line => line[0])));
        using var run = new BacktestRun(
            new TradingSettings("paper")
            {
                Limits = new RiskLimits(RiskPercent: 10, PositionPercent: 25),
                Venue = new VenueModel(
                    new CommissionModel.MakerTaker(Maker: 0.02m, Taker: 0.1m), SlippageModel.None, TimeSpan.FromMilliseconds(100), Participation: 0.5),
            },
            Timeframe.Minute,
            [StrategyEntry.Of<LongOnce>().Configure("stop=49 target=52")]);
        var sides = new Dictionary<ClientOrderId, OrderSide>();

        for (var row = 0; row < ticks.Count; row++)
        {
            var before = run.Session.OrderEvents.Count;
            run.Run(ticks, row, row + 1);

            foreach (var requested in run.Session.OrderEvents.Skip(before).OfType<OrderRequested>()) sides.Add(requested.OrderId, requested.Intent.Side);
            var fills = run.Session.OrderEvents.Skip(before).OfType<OrderFilled>().ToArray();
            string.Join(", ", fills.Select(Told)).Should().Be(lines[row][1], "that is what tick {0} trades", row);
            run.Session.Balances.Single().Cash.Should().Be(decimal.Parse(lines[row][2], System.Globalization.CultureInfo.InvariantCulture));
            fills.Where(f => f.At != DateTimeOffset.UnixEpoch.AddTicks(10 * ticks.TimeUs[row])).Should().BeEmpty();
        }

        // Two round trips' worth of one position: bought for 10,112.00, sold for 2 × 2,600.00 + 4,800.00.
        run.Trades.Should().ContainSingle().Which.ProfitAndLoss.Should().Be(10_000m - 10_112m - (2.51m + 6.036m + 1.566m + 0.52m + 0.52m + 3.36m + 1.44m));
        run.Session.OrderEvents.OfType<OrderCanceled>().Should().HaveCount(3, "each of three parts had a pair");
        run.Session.HasOrders(0).Should().BeFalse();

        // 100 shares at the second close of 52.10, then none.
        run.Statistics.Single().Statistics.MaxDrawdown.Should().BeApproximately(1 - (99_872.048 / (95_076.848 + (100 * 52.10))), 1e-12);

        string Told(OrderFilled fill) =>
            FormattableString.Invariant($"{(sides[fill.OrderId] is OrderSide.Buy ? '+' : '-')}{fill.Quantity:0} {fill.Price:0.00}");
    }
}
