using System.Text.Json;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Sweeps;

public sealed class SweepTests
{
    private static readonly StrategyEntry EmaCross = StrategyCatalog.Find("ema-cross");

    private static readonly SweepPlan Plan =
        new(EmaCross, ParameterGrid.Parse(EmaCross, "fast=5..40:5 slow=20..60:20 stop=2,4").All(), new TradingSettings(BacktestPlan.Account)) { KeepsDays = true };

    [Fact]
    public void Each_outcome_is_what_a_backtest_of_the_combination_comes_to()
    {
        var result = Sweep.Run(Sp500.Bars, "S&P 500", Plan);

        result.Outcomes.Select(o => (o.Index, o.Parameters)).Should().Equal(Plan.Combinations.Parameters.Select((p, i) => (i, p)));
        result.LeftOut.Should().Be(Plan.Combinations.LeftOut).And.BePositive();
        foreach (var outcome in result.Outcomes)
        {
            var backtest = Backtester.Run(Sp500.Bars, "S&P 500", new BacktestPlan([EmaCross.Configure(outcome.Parameters)], Plan.Settings));
            var statistics = backtest.Currencies.Single().Statistics;
            outcome.Error.Should().BeNull();
            outcome.Figures.Should().BeEquivalentTo(new SweepFigures(
                statistics.FinalEquity,
                statistics.TotalReturn,
                statistics.AnnualReturn,
                statistics.Sharpe,
                statistics.MaxDrawdown,
                backtest.Trades.Count,
                statistics.ProfitFactor,
                backtest.OrderListHash,
                backtest.Currencies.Single().Days!.Values.ToArray()));
            result.Data.Should().BeEquivalentTo(backtest.Data);
        }
    }

    [Fact]
    public void One_thread_and_many_come_to_the_same() => Json(Run(threads: 5)).Should().Be(Json(Run(threads: 1)));

    [Fact]
    public void Days_are_kept_only_where_the_plan_says_so() =>
        Sweep.Run(Sp500.Bars, "S&P 500", Plan with { KeepsDays = false }).Outcomes.Should().OnlyContain(o => o.Figures!.Days == null);

    [Fact]
    public void Every_outcome_is_told_once()
    {
        var told = new List<SweepOutcome>();

        var result = Sweep.Run(Sp500.Bars, "S&P 500", Plan, finished: told.Add);

        told.OrderBy(o => o.Index).Should().Equal(result.Outcomes);
    }

    [Fact]
    public void A_combination_that_throws_is_an_outcome_and_the_others_are_finished()
    {
        var result = Sweep.Run(Sp500.Bars, "S&P 500", Of(Faulty.Fine, Faulty.Throws, Faulty.Fine));

        result.Outcomes.Select(o => o.Error).Should().Equal(null, "InvalidOperationException: It is told to.", null);
        result.Outcomes.Select(o => o.Figures?.FinalEquity).Should().Equal(100_000, null, 100_000);
    }

    [Fact]
    public void A_combination_that_takes_too_long_ends_itself()
    {
        var bars = Repeated(20_000);
        var plan = Of(Faulty.Fine, Faulty.IsSlow, Faulty.Fine) with { TimeLimit = TimeSpan.FromMilliseconds(1) };

        var outcome = Sweep.RunOne(bars, plan, 1);

        outcome.Should().Be(new SweepOutcome(1, Faulty.IsSlow, Figures: null, "took longer than 0.001 s"));
    }

    [Fact]
    public void Combinations_that_never_end_are_given_up_and_the_others_are_finished()
    {
        var plan = Of(Faulty.NeverEnds, Faulty.Fine, Faulty.NeverEnds, Faulty.NeverEnds, Faulty.Fine) with { TimeLimit = TimeSpan.FromSeconds(0.5) };
        try
        {
            var result = Sweep.Run(Sp500.Bars, "S&P 500", plan, threads: 2);

            const string Late = "took longer than 0.5 s";
            result.Outcomes.Select(o => o.Error).Should().Equal(Late, null, Late, Late, null);
        }
        finally
        {
            Faulty.Release();
        }
    }

    [Fact]
    public void What_the_hearer_throws_ends_the_sweep()
    {
        var heard = 0;

        var run = () => Sweep.Run(Sp500.Bars, "S&P 500", Plan, finished: _ => throw new InvalidOperationException($"Heard {++heard}."));

        run.Should().Throw<InvalidOperationException>().WithMessage("Heard 1.");
        heard.Should().Be(1);
    }

    [Fact]
    public void The_best_come_first_and_equals_in_their_order()
    {
        var result = Run(threads: null);
        var twice = result with { Outcomes = [.. result.Outcomes, .. result.Outcomes, new SweepOutcome(99, "", Figures: null, "broke")] };

        foreach (var measure in Measure.All)
        {
            var ranked = twice.Ranked(measure).ToArray();
            var values = ranked.Select(o => measure.Of(o.Figures!)!.Value).ToArray();
            values.Should().BeInDescendingOrder().And.HaveCount(2 * result.Outcomes.Count(o => measure.Of(o.Figures!) is not null));
            ranked[0].Should().Be(result.Outcomes.First(o => measure.Of(o.Figures!) == values[0]));
        }
    }

    [Fact]
    public void Money_of_two_currencies_is_not_added_up()
    {
        var bars = Sp500.Bars with { Instruments = [.. Sp500.Bars.Instruments, new Instrument(new InstrumentId("DAX.SIM"), 0.01m, 1, "EUR")] };

        FluentActions.Invoking(() => Sweep.Run(bars, "two", Plan)).Should().Throw<ArgumentException>()
            .WithMessage("Sweep: expected instruments of one currency, found USD, EUR.*");
    }

    [Fact]
    public void No_bars_are_refused() =>
        FluentActions.Invoking(() => Sweep.Run(Repeated(0), "none", Plan)).Should().Throw<ArgumentException>().WithMessage("Sweep: expected bars, found none.*");

    private static SweepResult Run(int? threads) => Sweep.Run(Sp500.Bars, "S&P 500", Plan, threads: threads);

    private static SweepPlan Of(params string[] faults) => new(Faulty.Entry, new Combinations(faults, LeftOut: 0), Plan.Settings);

    private static string Json(SweepResult result) => JsonSerializer.Serialize(result);

    private static BarSeries Repeated(int count)
    {
        double[] prices = [.. Enumerable.Repeat(100.0, count)];
        return new BarSeries(
            Timeframe.Minute, Sp500.Bars.Instruments, new int[count], [.. Enumerable.Range(1, count).Select(i => i * 60_000L)], prices, prices, prices, prices, prices);
    }
}
