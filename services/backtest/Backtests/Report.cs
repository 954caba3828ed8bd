using AlgoStack.Backtesting;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Simulation;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtest.Backtests;

/// <summary>What a run comes to, in the words of the contract.</summary>
public static class Report
{
    public static IReadOnlyList<BacktestStatistics> Statistics(BacktestRun run) =>
        [.. run.Statistics.Select(s => Told(s.Currency, s.Statistics, holding: null))];

    public static IReadOnlyList<BacktestStatistics> Statistics(BacktestResult result) =>
        [.. result.Currencies.Select(c => Told(c.Currency, c.Statistics, c.Holding))];

    public static IEnumerable<EquityPoint> Points(BacktestRun run, long closeMs)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(closeMs);
        return run.Session.Balances.Select(b => new EquityPoint(at, b.Currency, b.Cash, b.Equity));
    }

    private static BacktestStatistics Told(string currency, PerformanceStatistics s, BenchmarkStatistics? holding) => new(
        currency,
        s.OpeningEquity,
        s.FinalEquity,
        s.ProfitAndLoss,
        s.TotalReturn,
        s.Trades,
        s.WinRate,
        s.ProfitFactor,
        s.Sharpe,
        s.Sortino,
        s.MaxDrawdown,
        s.AverageWin,
        s.AverageLoss,
        s.LargestWin,
        s.LargestLoss,
        s.MostConsecutiveWins,
        s.MostConsecutiveLosses,
        s.Commission,
        s.AnnualReturn,
        Told(s.Risk),
        new ActivityFigures(
            s.Activity.PayoffRatio, s.Activity.Expectancy, s.Activity.Kelly, s.Activity.AverageHolding?.TotalDays, s.Activity.Exposure, s.Activity.Turnover),
        holding is null
            ? null
            : new HoldingFigures(holding.Days, holding.Alpha, holding.Beta, holding.Correlation, holding.TrackingError, holding.InformationRatio));

    private static RiskFigures Told(RiskStatistics risk) => new(
        risk.Volatility,
        risk.DownsideDeviation,
        risk.Calmar,
        risk.Omega,
        risk.MaxDrawdownDays,
        risk.AverageDrawdown,
        risk.UlcerIndex,
        risk.RecoveryFactor,
        risk.ValueAtRisk,
        risk.ConditionalValueAtRisk,
        risk.TailRatio,
        risk.Skew,
        risk.ExcessKurtosis,
        risk.ProbabilisticSharpe,
        risk.BestDay,
        risk.WorstDay,
        risk.BestMonth,
        risk.WorstMonth);
}
