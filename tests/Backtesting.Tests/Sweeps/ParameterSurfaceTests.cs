using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Sweeps;

public sealed class ParameterSurfaceTests
{
    private static readonly StrategyEntry EmaCross = StrategyCatalog.Find("ema-cross");

    private static readonly SweepResult Result = Sweep.Run(
        Sp500.Bars, "S&P 500", new SweepPlan(EmaCross, ParameterGrid.Parse(EmaCross, "stop=2,4,3 slow=30,20 fast=5..25:10").All(), new TradingSettings(BacktestPlan.Account)));

    [Fact]
    public void It_has_the_best_over_the_other_parameters_and_nothing_where_nothing_ran()
    {
        var surface = Result.Surface("fast", "slow", Measure.Sharpe);

        (surface.XName, surface.YName, surface.Measure).Should().Be(("fast", "slow", "sharpe"));
        surface.X.Should().Equal(5, 15, 25);
        surface.Y.Should().Equal(20, 30);
        for (var y = 0; y < 2; y++)
        {
            for (var x = 0; x < 3; x++)
            {
                string[] parameters = [.. new[] { 2, 3, 4 }.Select(stop => $"fast={surface.X[x]} slow={surface.Y[y]} stop={stop}")];
                surface.Values[y, x].Should().Be(Result.Outcomes.Where(o => parameters.Contains(o.Parameters)).Max(o => o.Figures!.Sharpe));
            }
        }

        surface.Values[0, 2].Should().BeNull("25 is not below 20");
        surface.Values[1, 2].Should().NotBeNull();
    }

    [Theory]
    [InlineData("fast", "speed", "Surface: expected a parameter among 'fast=5 slow=30 stop=2', found speed.*")]
    [InlineData("fast", "fast", "Surface: expected two parameters, found fast twice.*")]
    public void It_needs_two_parameters_that_there_are(string x, string y, string message) =>
        FluentActions.Invoking(() => Result.Surface(x, y, Measure.Sharpe)).Should().Throw<ArgumentException>().WithMessage(message);
}
