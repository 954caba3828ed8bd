using AlgoStack.Contracts.Signals;
using Npgsql;

namespace AlgoStack.Signal.Signals;

/// <summary>
/// <c>GET /signals</c>: the newest first, by session, strategy and instrument. Beside each stands what its strategy came to in
/// its latest backtest, of that instrument alone where there is one, else of the fewest that it is among.
/// </summary>
public static class GetSignals
{
    private const int DefaultLimit = 100;
    private const int MostRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/signals", ReadAsync);

    /// <param name="before">Only signals whose bar closed before this time: the last row's, to page on.</param>
    internal static async Task<IReadOnlyList<SignalRaised>> ReadAsync(
        NpgsqlDataSource database, string? session, string? strategy, string? instrument, DateTimeOffset? before, int? limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with found as (
                select session_id, signal, strategy, instrument, seq_id, position from signals
                where ($1::text is null or session_id = $1)
                  and ($2::text is null or strategy = $2)
                  and ($3::text is null or instrument = $3)
                  and ($4::timestamptz is null or closed_at < $4)
                order by seq_id desc, position desc
                limit $5
            )
            select f.session_id, f.signal, own.win_rate, own.profit_factor
            from found f
            left join lateral (
                select b.win_rate, b.profit_factor from strategy_backtests b
                where b.strategy = f.strategy
                  and b.parameters = f.signal ->> 'Parameters'
                  and b.timeframe = f.signal ->> 'Timeframe'
                  and f.instrument = any (b.instruments)
                order by cardinality(b.instruments), b.ended_at desc
                limit 1
            ) own on true
            order by f.seq_id desc, f.position desc
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)session ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)strategy ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)instrument ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = (object?)before?.ToUniversalTime() ?? DBNull.Value,
            NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz,
        });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Math.Clamp(limit ?? DefaultLimit, 1, MostRows) });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var signals = new List<SignalRaised>();
        while (await reader.ReadAsync(cancellationToken))
        {
            signals.Add(SignalWording.ToContract(reader.GetString(0), SignalJson.Read(reader.GetString(1))) with
            {
                BacktestWinRate = reader.IsDBNull(2) ? null : reader.GetDouble(2),
                BacktestProfitFactor = reader.IsDBNull(3) ? null : reader.GetDouble(3),
            });
        }

        return signals;
    }
}
