using AlgoStack.Contracts.Backtests;
using AlgoStack.Signal.Signals;
using MassTransit;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Signal.Backtests;

/// <summary>
/// Keeps what strategies came to in backtests of their own, the latest over each set of instruments. One that is told again,
/// or after a later one, changes nothing.
/// </summary>
public sealed class KeepBacktests(NpgsqlDataSource database, LatestSignals latest) : IConsumer<BacktestCompleted>
{
    public async Task Consume(ConsumeContext<BacktestCompleted> context)
    {
        if (context.Message.Alone is not { } alone) return;

        await using var command = database.CreateCommand(
            """
            insert into strategy_backtests as known
                (strategy, parameters, timeframe, instruments, backtest_id, trades, win_rate, profit_factor, ended_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (strategy, parameters, timeframe, instruments) do update set
                backtest_id = excluded.backtest_id, trades = excluded.trades, win_rate = excluded.win_rate,
                profit_factor = excluded.profit_factor, ended_at = excluded.ended_at
            where excluded.ended_at > known.ended_at
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = alone.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = alone.Parameters });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = alone.Timeframe });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. alone.Instruments.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = context.Message.BacktestId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = alone.Trades });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)alone.WinRate ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)alone.ProfitFactor ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = alone.EndedAt.ToUniversalTime() });
        await command.ExecuteNonQueryAsync(context.CancellationToken);
        latest.Forget();
    }
}
