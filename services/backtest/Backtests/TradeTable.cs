using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.Backtest.Backtests;

/// <summary>The positions that backtests closed, to be read page by page.</summary>
public sealed class TradeTable(NpgsqlDataSource database) : Projection
{
    public override string Name => "trades";

    public override IReadOnlyList<string> Tables => ["trades"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        foreach (var stored in events)
        {
            if (stored.Data is BacktestBegun begun) await ForgetAsync(begun.BacktestId, connection, transaction, cancellationToken);
            else if (stored.Data is BacktestAdvanced { Trades: { Count: > 0 } trades } advanced)
                await CopyAsync(advanced.BacktestId, trades, connection, cancellationToken);
        }
    }

    /// <summary>Those after the one of that number, in order.</summary>
    public async Task<IReadOnlyList<BacktestTrade>> ReadAsync(string backtestId, long after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select number, instrument, side, quantity, entry_price, exit_price, commission, profit, opened_at, closed_at
            from trades
            where backtest_id = $1 and number > $2
            order by number
            limit $3
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = backtestId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var trades = new List<BacktestTrade>();
        while (await reader.ReadAsync(cancellationToken))
        {
            trades.Add(new BacktestTrade(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetDecimal(3),
                reader.GetDecimal(4),
                reader.GetDecimal(5),
                reader.GetDecimal(6),
                reader.GetDecimal(7),
                reader.GetFieldValue<DateTimeOffset>(8),
                reader.GetFieldValue<DateTimeOffset>(9)));
        }

        return trades;
    }

    // What a run that was cut off had closed counts no more.
    private static async Task ForgetAsync(
        string backtestId, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("delete from trades where backtest_id = $1", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = backtestId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task CopyAsync(
        string backtestId, IReadOnlyList<BacktestTrade> trades, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy trades (backtest_id, number, instrument, side, quantity, entry_price, exit_price, commission, profit, opened_at, closed_at)
            from stdin (format binary)
            """,
            cancellationToken);
        foreach (var trade in trades)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(backtestId, cancellationToken);
            await copy.WriteAsync(trade.Number, cancellationToken);
            await copy.WriteAsync(trade.Instrument, cancellationToken);
            await copy.WriteAsync(trade.Side, cancellationToken);
            await copy.WriteAsync(trade.Quantity, cancellationToken);
            await copy.WriteAsync(trade.EntryPrice, cancellationToken);
            await copy.WriteAsync(trade.ExitPrice, cancellationToken);
            await copy.WriteAsync(trade.Commission, cancellationToken);
            await copy.WriteAsync(trade.ProfitAndLoss, cancellationToken);
            await copy.WriteAsync(trade.OpenedAt, cancellationToken);
            await copy.WriteAsync(trade.ClosedAt, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
