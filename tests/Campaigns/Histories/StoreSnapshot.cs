using System.Data;
using AlgoStack.Campaigns.Processes;
using AlgoStack.Campaigns.Store;
using Npgsql;

namespace AlgoStack.Campaigns.Histories;

/// <summary>A row of the log.</summary>
internal sealed record LoggedEntry(long Sequence, string Stream, long Version, Entry Entry);

/// <summary>A stream as a projection counts it.</summary>
internal readonly record struct StreamTally(long Entries, long LastVersion);

/// <summary>All that a store holds at one moment.</summary>
/// <param name="Log">In the log's order.</param>
/// <param name="Ledger">Sequences in the order in which the projection took them.</param>
internal sealed record StoreSnapshot(
    IReadOnlyList<LoggedEntry> Log,
    IReadOnlyDictionary<string, long> StreamVersions,
    IReadOnlyList<long> Ledger,
    IReadOnlyDictionary<string, StreamTally> Tallies,
    IReadOnlyDictionary<string, StreamTally> InlineTallies,
    IReadOnlyDictionary<string, long> Progress,
    IReadOnlyList<int> Effects,
    IReadOnlyList<int> Inbox)
{
    /// <param name="connectionString">Of a user who may read any schema.</param>
    public static async Task<StoreSnapshot> ReadAsync(string connectionString, string schema)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { SearchPath = schema, Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead);
        return new StoreSnapshot(
            await RowsAsync(
                """
                select seq_id, stream_id, version, data ->> 'Session', (data ->> 'Part')::int, (data ->> 'Parts')::int,
                    (data ->> 'After')::bigint, (data ->> 'Message')::int
                from mt_events
                order by seq_id
                """,
                r => new LoggedEntry(r.GetInt64(0), r.GetString(1), r.GetInt64(2), new Entry(
                    r.GetString(3), r.GetInt32(4), r.GetInt32(5), r.IsDBNull(6) ? null : r.GetInt64(6), r.IsDBNull(7) ? null : r.GetInt32(7)))),
            await ByNameAsync("select id, version from mt_streams", r => r.GetInt64(1)),
            await RowsAsync("select seq_id from ledger order by place", r => r.GetInt64(0)),
            await ByNameAsync("select stream_id, entries, last_version from tallies", TallyOf),
            await ByNameAsync("select stream_id, entries, last_version from inline_tallies", TallyOf),
            await ByNameAsync("select name, last_seq_id from mt_event_progression", r => r.GetInt64(1)),
            await RowsAsync("select message from effects order by message", r => r.GetInt32(0)),
            await RowsAsync("select message_id from inbox", r => Messages.NumberOf(r.GetGuid(0))));

        async Task<List<T>> RowsAsync<T>(string sql, Func<NpgsqlDataReader, T> row)
        {
#pragma warning disable CA2100 // One of those above.
            await using var command = new NpgsqlCommand(sql, connection, transaction);
#pragma warning restore CA2100
            await using var reader = await command.ExecuteReaderAsync();
            var rows = new List<T>();
            while (await reader.ReadAsync()) rows.Add(row(reader));
            return rows;
        }

        async Task<Dictionary<string, T>> ByNameAsync<T>(string sql, Func<NpgsqlDataReader, T> value) =>
            (await RowsAsync(sql, r => KeyValuePair.Create(r.GetString(0), value(r)))).ToDictionary(StringComparer.Ordinal);
    }

    private static StreamTally TallyOf(NpgsqlDataReader reader) => new(reader.GetInt64(1), reader.GetInt64(2));
}
