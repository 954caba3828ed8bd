using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>SHA-256 over the columns and the instruments' names: two runs with one hash ran over the same bars.</summary>
    public static string DataHash(IEnumerable<Stretch> stretches)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (_, _, bars) in stretches)
        {
            var head = string.Create(CultureInfo.InvariantCulture, $"{bars.Timeframe}|{string.Join(',', bars.Instruments.Select(i => i.Id.Value))}|{bars.Count}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(head));
            hash.AppendData(MemoryMarshal.AsBytes(bars.Instrument.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(bars.CloseMs.AsSpan()));
            foreach (var column in (double[][])[bars.Open, bars.High, bars.Low, bars.Close, bars.Volume])
            {
                hash.AppendData(MemoryMarshal.AsBytes(column.AsSpan()));
            }
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
