using AlgoStack.BarFiles;
using AlgoStack.Simulation;
using AlgoStack.Simulation.Venue;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests;

/// <summary>Twenty-three years of raw prices of Apple, with its four splits and its dividends.</summary>
public sealed class CorporateActionsTests
{
    private const long Day = 86_400_000;

    private static readonly TradingSettings Free = new(BacktestPlan.Account)
    {
        Limits = new RiskLimits(90, 90),
        Venue = VenueModel.Paper with { Commission = CommissionModel.None },
    };

    private static readonly Lazy<BarSeries> Apple = new(() => ActionFile.Read(
        SharedData.Path("corporate_actions/factors_us_equity_lean.csv"), BarFile.Read(SharedData.Path("bars/daily_us_equity_lean.csv"), "AAPL")));

    [SharedDataFact]
    public void Holding_is_worth_what_shares_and_dividends_come_to_on_every_day_to_the_cent()
    {
        var bars = Apple.Value;
        var result = Backtester.Run(bars, "Apple", new BacktestPlan([PlanText.Strategy("buy-and-hold")], Free));

        var shares = Math.Floor(90_000 / (decimal)bars.Close[0]);
        var cash = 100_000 - (shares * (decimal)bars.Open[1]);
        var equity = new Dictionary<long, double> { [bars.CloseMs[0]] = 100_000 };
        for (var row = 1; row < bars.Count; row++)
        {
            foreach (var action in bars.Actions.Where(a => a.ExMs >= bars.CloseMs[row - 1] && a.ExMs < bars.CloseMs[row]))
            {
                if (action is CashDividend dividend) cash += shares * dividend.Amount;
                if (action is Split split) shares *= split.New;
            }

            equity[bars.CloseMs[row]] = (double)(cash + (shares * (decimal)bars.Close[row]));
        }

        bars.Actions.Should().HaveCountGreaterThan(30);
        var currency = result.Currencies.Single();
        currency.Curve.Should().HaveCountGreaterThan(1_000).And.OnlyContain(p => Math.Abs(p.Equity - equity[p.AtMs]) < 0.005);
        ((double)currency.Statistics.FinalEquity).Should().BeApproximately(equity[bars.CloseMs[^1]], 0.005);
        currency.Statistics.Risk.WorstDay.Should().BeGreaterThan(-0.55, "Apple lost 52 % on a day of September 2000, and 86 % on none");
    }

    [SharedDataFact]
    public void What_holding_made_is_what_the_shares_made()
    {
        var result = Backtester.Run(
            Apple.Value, "Apple", new BacktestPlan([PlanText.Strategy("buy-and-hold")], Free with { Limits = new RiskLimits(99.9m, 100) }));

        result.Currencies.Single().Holding!.Beta.Should().BeApproximately(1, 0.05);
        result.Currencies.Single().Holding!.Correlation.Should().BeApproximately(1, 0.01);
    }

    [SharedDataFact]
    public void Trades_made_what_equity_grew_by_and_none_of_them_took_a_split_for_a_loss()
    {
        var bars = Apple.Value;
        using var whole = Run(bars, bars.Count);
        var closed = Array.BinarySearch(bars.CloseMs, whole.Trades[^1].ClosedMs) + 1;
        using var run = Run(bars, closed);

        var held = run.Trades.Where(t => bars.Actions.Any(a => a is Split && a.ExMs > t.OpenedMs && a.ExMs < t.ClosedMs)).ToList();
        held.Should().NotBeEmpty("the averages crossed before some split and not until after it");
        run.Session.PositionOf(0).Quantity.Should().Be(0);
        run.Trades.Sum(t => t.ProfitAndLoss).Should().BeApproximately(run.Session.Balances.Single().Equity - 100_000, 1e-6m);
        run.Trades.Sum(t => t.Income).Should().BePositive();
        held.Should().OnlyContain(t => t.ProfitAndLoss > -0.5m * t.Quantity * t.EntryPrice);

        static BacktestRun Run(BarSeries bars, int to)
        {
            var run = new BacktestRun(Free, bars.Timeframe, [PlanText.Strategy("sma-cross fast=20 slow=60")]);
            run.Run(bars, 0, to);
            return run;
        }
    }

    [Fact]
    public void Actions_are_part_of_the_data_and_named_in_the_result()
    {
        var bars = Sp500.Bars;
        var acted = bars with { Actions = [new Split(bars.Instruments[0].Id, bars.CloseMs[10], 2), new CashDividend(bars.Instruments[0].Id, bars.CloseMs[^1] + Day, 2)] };
        var plan = new BacktestPlan([PlanText.Strategy("buy-and-hold")], Free);

        var result = Backtester.Run(acted, "S&P 500", plan);

        result.Data.Actions.Should().Be(1, "the other comes after the last bar");
        result.Data.Hash.Should().NotBe(Backtester.Run(bars, "S&P 500", plan).Data.Hash);
    }
}
