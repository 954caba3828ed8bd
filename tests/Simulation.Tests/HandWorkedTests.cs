using System.Globalization;
using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Simulation.Tests;

/// <summary>A day in twelve bars, of which every fill, cash and equity was worked out by hand.</summary>
public sealed class HandWorkedTests
{
    // An account of 100,000 stakes a tenth of its equity on each signal, at the signal bar's close and in whole shares. It
    // pays 0.1 % of each trade, trades no more than half of a bar's volume, and what takes the price there is (market orders
    // and stops, not limits) is 0.05 worse than the bar says. A signal stands below the bar at whose close it was raised.
    //
    // bar | open  high  low   close volume | trades                    | cash         | equity       | worked out
    private const string Table =
        """
          1 | 50.00 50.00 50.00 50.00  1000 |                            | 100000       | 100000       |
            > long stop 48 target 55                                                                   10,000 / 50.00 = 200 shares
          2 | 50.10 51.00 49.80 50.90   240 | +120 50.15                 |  93975.982   | 100083.982   | half of 240, at 50.10 + 0.05: 6,018.00 and 6.018; 120 × 50.90 held
          3 | 51.00 52.00 50.50 51.80  1000 | +80 51.05                  |  89887.898   | 100247.898   | the rest: 4,084.00 and 4.084; 200 × 51.80 held
          4 | 52.50 55.50 52.40 55.20   300 | -120 55.00, -30 55.00      |  98129.648   | 100889.648   | the target, half of 300: 6,600 - 6.60 + 1,650 - 1.65; 50 × 55.20 held
          5 | 47.00 47.50 46.00 46.50  1000 | -50 46.95                  | 100474.8005  | 100474.8005  | an open beyond the stop, 47.00 - 0.05: 2,347.50 - 2.3475
            > short stop 48.5 target 43                                                                10,047.48 / 46.50 = 216.07
          6 | 46.20 46.80 45.00 45.10  1000 | -216 46.15                 | 110433.2321  | 100691.6321  | 9,968.40 - 9.9684; 216 × 45.10 owed
          7 | 45.00 45.20 42.80 43.50   200 | +100 43.00                 | 106128.9321  | 101082.9321  | the target, half of 200: 4,300 and 4.30; 116 × 43.50 owed
          8 | 43.50 48.60 43.20 48.20     0 |                            | 106128.9321  | 100537.7321  | the stop is reached and nothing trades; 116 × 48.20 owed
          9 | 47.00 47.40 46.90 47.20  1000 | +116 47.05                 | 100665.6743  | 100665.6743  | so it goes to market: 5,457.80 and 5.4578
            > long stop 46.5                                                                           10,066.57 / 47.20 = 213.27
         10 | 46.00 46.40 45.50 46.30  1000 | +213 46.05, -213 45.95     | 100624.7783  | 100624.7783  | an entry beyond its stop is out at once: 9,808.65 and 9.80865, 9,787.35 - 9.78735
            > long stop 44 target 48                                                                   10,062.48 / 46.30 = 217.33
         11 | 46.50 47.50 46.40 47.40  1000 | +217 46.55                 |  90513.32695 | 100799.12695 | 10,101.35 and 10.10135; 217 × 47.40 held
            > flat
         12 | 47.30 48.40 47.10 48.00  1000 | -217 47.25                 | 100756.3237  | 100756.3237  | the target gave way to the exit at the open: 10,253.25 - 10.25325
        """;

    [Fact]
    public void Every_fill_cash_and_equity_is_as_worked_out_by_hand()
    {
        using var session = new TradingSession(new TradingSettings("paper")
        {
            OpeningBalance = 100_000,
            Limits = new RiskLimits(RiskPercent: 10, PositionPercent: 25),
            Venue = new VenueModel(new CommissionModel.Percent(0.1m), new SlippageModel.Fixed(0.05), TimeSpan.Zero, Participation: 0.5),
            BarLength = TimeSpan.FromMinutes(1),
        });
        var apple = session.IndexOf(SessionScript.Apple);
        var bar = SessionScript.BarOf("bar 0 0 0 0 0".Split(' '));

        foreach (var line in Table.Split('\n', StringSplitOptions.TrimEntries))
        {
            var cells = line.Split('|', StringSplitOptions.TrimEntries);
            if (cells.Length == 1)
            {
                session.OnSignal(SessionScript.SignalOf(Words(line[1..].Split("   ")[0]), bar));
                continue;
            }

            bar = SessionScript.BarOf(["bar", cells[0], .. Words(cells[1])]);
            session.OnBar(apple, bar);

            var balance = session.Balances.Single();
            string[] found = [string.Join(", ", session.Executions.Select(e => Told(e.Order.Intent, e.Fill))), Text(balance.Cash), Text(balance.Equity)];
            found.Should().Equal(cells[2..5], "that is what bar {0} comes to", cells[0]);
            session.EquityEstimate(0).Should().BeApproximately((double)balance.Equity, 1e-9);
            session.Executions.Clear();
        }

        // By trade: 10,597.50 - 10,102.00, 9,968.40 - 9,757.80, 9,787.35 - 9,808.65 and 10,253.25 - 10,101.35.
        var end = session.Balances.Single();
        end.RealizedPnl.Should().Be(495.50m + 210.60m - 21.30m + 151.90m);
        end.Commission.Should().Be(80.3763m);
        end.Equity.Should().Be(100_000 + end.RealizedPnl - end.Commission);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Told(OrderIntent order, OrderFilled fill)
    {
        var sign = order.Side is OrderSide.Buy ? '+' : '-';
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{fill.Quantity.Normalized()} {fill.Price:0.00}");
    }

    private static string Text(decimal money) => money.Normalized().ToString(CultureInfo.InvariantCulture);
}
