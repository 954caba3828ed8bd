using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Research;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Sweeps;

public sealed class SweepAssessmentTests
{
    private static readonly StrategyEntry SmaCross = StrategyCatalog.Find("sma-cross");

    private static readonly SweepPlan Plan =
        new(SmaCross, ParameterGrid.Parse(SmaCross, "fast=2..20:6 slow=25..85:20").All(), new TradingSettings(BacktestPlan.Account)) { KeepsDays = true };

    private static readonly SweepResult Result = Sweep.Run(Sp500.Bars, "S&P 500", Plan);

    [Fact]
    public void The_report_is_over_the_daily_returns_of_all_and_names_the_best()
    {
        var assessment = SweepAssessment.Of(Result, Measure.Sharpe);

        assessment.Overfitting.Configurations.Should().Be(16);
        assessment.Overfitting.Periods.Should().Be(5_105);
        assessment.Overfitting.CrossValidation.Combinations.Should().Be(12_870, "that is 16 over 8");
        assessment.Best.Should().BeSameAs(Result.Outcomes.MaxBy(o => o.Figures!.Sharpe)).And.BeSameAs(assessment.Chosen);
        assessment.Overfitting.BestSharpe.Should().BeApproximately(assessment.Best.Figures!.Sharpe!.Value, 1e-9);
        assessment.Overfitting.DeflatedSharpe.Should().BeInRange(0, 1);
        assessment.LeftOut.Should().Be(0);
    }

    [Fact]
    public void What_ended_with_an_error_is_left_out_and_the_best_keeps_its_place()
    {
        var best = Result.Ranked(Measure.Sharpe).First();
        var broken = new SweepOutcome(0, Result.Outcomes[0].Parameters, Figures: null, "broke");

        var assessment = SweepAssessment.Of(Result with { Outcomes = [broken, broken, .. Result.Outcomes] }, Measure.Sharpe);

        assessment.LeftOut.Should().Be(2);
        assessment.Best.Should().BeSameAs(best);
    }

    [Fact]
    public void The_Monte_Carlo_is_of_the_one_that_was_chosen()
    {
        // The one that drew down least is not the one of the best ratio, so that the two cannot be mixed up.
        var mildest = new Measure("mildest", figures => -figures.MaxDrawdown);
        var chosen = Result.Outcomes.MinBy(o => o.Figures!.MaxDrawdown)!;

        var assessment = SweepAssessment.Of(Result, mildest, seed: 5);

        assessment.Chosen.Should().BeSameAs(chosen).And.NotBeSameAs(assessment.Best);
        assessment.MonteCarlo.Should().Be(MonteCarlo.Run(chosen.Figures!.Days!, SweepAssessment.Paths, Math.Cbrt(5_105), new SplitMix64(5)));
    }

    [Fact]
    public void Without_daily_returns_there_is_no_report()
    {
        var result = Sweep.Run(Sp500.Bars, "S&P 500", Plan with { KeepsDays = false });

        FluentActions.Invoking(() => SweepAssessment.Of(result, Measure.Sharpe)).Should().Throw<ArgumentException>()
            .WithMessage("Overfitting: expected two outcomes with daily returns or more, found 0 of 16.*");
    }
}
