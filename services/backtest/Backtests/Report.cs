using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Simulation;

namespace AlgoStack.Backtest.Backtests;

/// <summary>What a run comes to, in the words of the contract.</summary>
public static class Report
{
    public static IReadOnlyList<BacktestStatistics> Statistics(BacktestRun run) =>
    [
        .. run.Statistics.Select(s => new BacktestStatistics(
            s.Currency,
            s.Statistics.OpeningEquity,
            s.Statistics.FinalEquity,
            s.Statistics.ProfitAndLoss,
            s.Statistics.TotalReturn,
            s.Statistics.Trades,
            s.Statistics.WinRate,
            s.Statistics.ProfitFactor,
            s.Statistics.Sharpe,
            s.Statistics.Sortino,
            s.Statistics.MaxDrawdown,
            s.Statistics.AverageWin,
            s.Statistics.AverageLoss,
            s.Statistics.LargestWin,
            s.Statistics.LargestLoss,
            s.Statistics.MostConsecutiveWins,
            s.Statistics.MostConsecutiveLosses,
            s.Statistics.Commission)),
    ];

    public static IEnumerable<EquityPoint> Points(BacktestRun run, long closeMs)
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(closeMs);
        return run.Session.Balances.Select(b => new EquityPoint(at, b.Currency, b.Cash, b.Equity));
    }
}
