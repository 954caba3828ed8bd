using AlgoStack.Simulation;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>How one combination did; as <see cref="PerformanceStatistics"/> has them. Null: cannot be known.</summary>
/// <param name="OrderListHash">The same for combinations that wanted the same orders.</param>
/// <param name="Days">Daily returns, oldest first; null where the plan keeps none, and where they are no numbers.</param>
public sealed record SweepFigures(
    decimal FinalEquity,
    double TotalReturn,
    double? AnnualReturn,
    double? Sharpe,
    double MaxDrawdown,
    int Trades,
    double? ProfitFactor,
    string OrderListHash,
    double[]? Days)
{
    /// <param name="run">In one currency.</param>
    internal static SweepFigures Of(BacktestRun run, bool keepsDays)
    {
        var statistics = run.Statistics.Single().Statistics;
        return new SweepFigures(
            statistics.FinalEquity,
            statistics.TotalReturn,
            statistics.AnnualReturn,
            statistics.Sharpe,
            statistics.MaxDrawdown,
            statistics.Trades,
            statistics.ProfitFactor,
            run.Session.OrderListHash,
            keepsDays ? run.DailyReturns.Single().Returns?.Values.ToArray() : null);
    }
}
