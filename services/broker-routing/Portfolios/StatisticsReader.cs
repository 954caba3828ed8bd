using AlgoStack.Contracts.Backtests;
using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Portfolios;
using Npgsql;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>
/// Statistics of an account's trades and equity, by the same code as a backtest's. What was paid in or out is no gain or loss: equity
/// counts from what each currency began with.
/// </summary>
public static class StatisticsReader
{
    public static async Task<IReadOnlyList<BacktestStatistics>> ReadAsync(NpgsqlDataSource database, string account, CancellationToken cancellationToken)
    {
        var openings = await ReadOpeningsAsync(database, account, cancellationToken);
        var history = new PortfolioHistory(openings);
        await HistoryReader.ReadAsync(database, account, history, cancellationToken);
        var newest = await ReadEquityAsync(database, account, history, openings, cancellationToken);
        return [.. history.Currencies.Order(StringComparer.Ordinal).Select(c => Told(c, history.Statistics(c, newest.GetValueOrDefault(c, openings[c]))))];
    }

    /// <summary>The first that was above zero: before it nothing could trade.</summary>
    private static async Task<Dictionary<string, decimal>> ReadOpeningsAsync(
        NpgsqlDataSource database, string account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select distinct on (currency) currency, opening from equity
            where account = $1 and opening > 0
            order by currency, sequence
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var openings = new Dictionary<string, decimal>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken)) openings.Add(reader.GetString(0), reader.GetDecimal(1));
        return openings;
    }

    /// <summary>Feeds the history, and returns the newest of each currency.</summary>
    private static async Task<Dictionary<string, decimal>> ReadEquityAsync(
        NpgsqlDataSource database, string account, PortfolioHistory history, Dictionary<string, decimal> openings, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select currency, at, equity - opening from equity where account = $1 and opening > 0 order by currency, sequence");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var newest = new Dictionary<string, decimal>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            var currency = reader.GetString(0);
            if (!openings.TryGetValue(currency, out var opening)) continue;

            newest[currency] = opening + reader.GetDecimal(2);
            history.OnEquity(currency, reader.GetFieldValue<DateTimeOffset>(1), newest[currency]);
        }

        return newest;
    }

    private static BacktestStatistics Told(string currency, PerformanceStatistics s) => new(
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
            s.Activity.PayoffRatio, s.Activity.Expectancy, s.Activity.Kelly, s.Activity.AverageHolding?.TotalDays, s.Activity.Exposure, s.Activity.Turnover));

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
