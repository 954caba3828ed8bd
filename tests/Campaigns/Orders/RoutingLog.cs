using System.Text.Json;
using Npgsql;

namespace AlgoStack.Campaigns.Orders;

/// <param name="CommittedAt">By the server's own clock, when its transaction was committed.</param>
internal sealed record LoggedEvent(long Sequence, string Stream, long Version, string Type, JsonElement Data, DateTimeOffset CommittedAt)
{
    public string Text(string name) => Data.GetProperty(name).GetString()!;

    public string? OptionalText(string name) => Data.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    public decimal Number(string name) => Data.GetProperty(name).GetDecimal();

    public decimal? OptionalNumber(string name) => Data.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Number ? member.GetDecimal() : null;
}

/// <summary>An order as the blotter's table has it.</summary>
internal sealed record OrderRow(string OrderId, string Status, decimal Quantity, decimal Filled, decimal TradedValue);

/// <summary>A fill as the blotter's table has it.</summary>
internal sealed record FillRow(string OrderId, string TradeId, decimal Quantity, decimal Price);

/// <summary>What broker-routing has written down: its log, and the tables that follow it, in one snapshot. Read as anybody could.</summary>
internal sealed record RoutingLog(
    IReadOnlyList<LoggedEvent> Events,
    IReadOnlyList<OrderRow> Orders,
    IReadOnlyList<FillRow> Fills,
    IReadOnlyDictionary<string, decimal> Positions,
    IReadOnlyDictionary<string, decimal> Cash)
{
    /// <param name="database">With <c>track_commit_timestamp</c> on since before the first event.</param>
    public static async Task<RoutingLog> ReadAsync(string database)
    {
        // The connections of a pool may be to a server that was killed.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false, SearchPath = "broker_routing" }.ConnectionString);
        await connection.OpenAsync();
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        return new RoutingLog(
            await RowsAsync(
                connection,
                "select seq_id, stream_id, version, type, data, pg_xact_commit_timestamp(xmin) from mt_events order by seq_id",
                r => new LoggedEvent(
                    r.GetInt64(0), r.GetString(1), r.GetInt64(2), r.GetString(3), JsonSerializer.Deserialize<JsonElement>(r.GetString(4)), r.GetFieldValue<DateTimeOffset>(5))),
            await RowsAsync(
                connection,
                "select order_id, status, quantity, filled, traded_value from orders order by requested_seq",
                r => new OrderRow(r.GetString(0), r.GetString(1), r.GetDecimal(2), r.GetDecimal(3), r.GetDecimal(4))),
            await RowsAsync(
                connection,
                "select order_id, trade_id, quantity, price from fills order by seq_id",
                r => new FillRow(r.GetString(0), r.GetString(1), r.GetDecimal(2), r.GetDecimal(3))),
            (await RowsAsync(connection, "select instrument, quantity from positions where quantity <> 0", r => KeyValuePair.Create(r.GetString(0), r.GetDecimal(1))))
                .ToDictionary(StringComparer.Ordinal),
            (await RowsAsync(connection, "select asset, balance from venue_cash", r => KeyValuePair.Create(r.GetString(0), r.GetDecimal(1))))
                .ToDictionary(StringComparer.Ordinal));
    }

    private static async Task<List<T>> RowsAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
#pragma warning disable CA2100 // Its own text.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync()) rows.Add(read(reader));
        return rows;
    }
}
