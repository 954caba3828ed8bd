using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlgoStack.Benchmarks.EventStore;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Benchmarks.Limits;

/// <summary>
/// What PostgreSQL does with the store's own tables, indexes and foreign key when nobody asks for more: plain Npgsql,
/// prepared statements, JSON read and written as the store does. Streams are there beforehand and their versions stay as they are.
/// </summary>
internal sealed class EventTableLimits(NpgsqlDataSource source, JsonSerializerOptions json)
{
    private const string Columns = "seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type";

    private readonly JsonTypeInfo<BarRecorded> _json = (JsonTypeInfo<BarRecorded>)json.GetTypeInfo(typeof(BarRecorded));
    private int _runs;

    /// <summary>Single-row inserts, each committed, events a second.</summary>
    public async Task<double> InsertAsync(int writers, int eventsPerWriter, int eventsPerStream)
    {
        var run = await AddStreamsAsync(writers * (eventsPerWriter / eventsPerStream + 1));
        var connections = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => source.OpenConnectionAsync().AsTask()));
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(connections.Select((connection, writer) => Task.Run(() => WriteAsync(connection, writer))));
        var seconds = watch.Elapsed.TotalSeconds;
        foreach (var connection in connections) await connection.DisposeAsync();
        return writers * eventsPerWriter / seconds;

        async Task WriteAsync(NpgsqlConnection connection, int writer)
        {
            await using var insert = new NpgsqlCommand(
                $"insert into mt_events ({Columns}) values (nextval('mt_events_sequence'), $1, $2, $3, $4, $5, $6, $7)", connection);
            var id = new NpgsqlParameter<Guid>();
            var stream = new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Varchar };
            var version = new NpgsqlParameter<long>();
            var data = new NpgsqlParameter<byte[]> { NpgsqlDbType = NpgsqlDbType.Jsonb };
            var at = new NpgsqlParameter<DateTimeOffset>();
            insert.Parameters.AddRange(new NpgsqlParameter[]
            {
                id, stream, version, data, new NpgsqlParameter<string> { TypedValue = "bar_recorded", NpgsqlDbType = NpgsqlDbType.Varchar }, at,
                new NpgsqlParameter<string> { TypedValue = typeof(BarRecorded).FullName, NpgsqlDbType = NpgsqlDbType.Varchar },
            });
            for (var i = 0; i < eventsPerWriter; i++)
            {
                id.TypedValue = Guid.CreateVersion7();
                stream.TypedValue = StreamId(run, (writer * (eventsPerWriter / eventsPerStream + 1)) + (i / eventsPerStream));
                version.TypedValue = (i % eventsPerStream) + 1;
                data.TypedValue = JsonSerializer.SerializeToUtf8Bytes(BarRecorded.Number(i), _json);
                at.TypedValue = TimeProvider.System.GetUtcNow();
                await insert.ExecuteNonQueryAsync();
            }
        }
    }

    /// <summary>One commit a batch by binary COPY, events a second.</summary>
    public async Task<double> CopyInAsync(int batches, int eventsPerBatch, int streams)
    {
        var run = await AddStreamsAsync(streams);
        await using var connection = await source.OpenConnectionAsync();
        await using var draw = new NpgsqlCommand("select setval('mt_events_sequence', nextval('mt_events_sequence') + $1)", connection);
        draw.Parameters.Add(new NpgsqlParameter<long> { TypedValue = (long)batches * eventsPerBatch });
        var sequence = (long)(await draw.ExecuteScalarAsync())! - ((long)batches * eventsPerBatch);
        var perStream = eventsPerBatch / streams;
        var watch = Stopwatch.StartNew();
        for (var batch = 0; batch < batches; batch++)
        {
            await using var copy = await connection.BeginBinaryImportAsync($"copy mt_events ({Columns}) from stdin (format binary)");
            for (var i = 0; i < eventsPerBatch; i++)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(sequence++, NpgsqlDbType.Bigint);
                await copy.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid);
                await copy.WriteAsync(StreamId(run, i / perStream), NpgsqlDbType.Varchar);
                await copy.WriteAsync((long)(batch * perStream) + (i % perStream) + 1, NpgsqlDbType.Bigint);
                await copy.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(BarRecorded.Number(i), _json), NpgsqlDbType.Jsonb);
                await copy.WriteAsync("bar_recorded", NpgsqlDbType.Varchar);
                await copy.WriteAsync(TimeProvider.System.GetUtcNow(), NpgsqlDbType.TimestampTz);
                await copy.WriteAsync(typeof(BarRecorded).FullName!, NpgsqlDbType.Varchar);
            }

            await copy.CompleteAsync();
        }

        return batches * eventsPerBatch / watch.Elapsed.TotalSeconds;
    }

    /// <summary>One commit a batch by <c>insert … select … from unnest</c>, events a second.</summary>
    public async Task<double> UnnestAsync(int batches, int eventsPerBatch, int streams)
    {
        var run = await AddStreamsAsync(streams);
        await using var connection = await source.OpenConnectionAsync();
        await using var insert = new NpgsqlCommand(
            $"""
            insert into mt_events ({Columns})
            select nextval('mt_events_sequence'), id, stream, version, data, $5, $6, $7
            from unnest($1, $2, $3, $4) as given (id, stream, version, data)
            """,
            connection);
        var ids = new NpgsqlParameter<Guid[]>();
        var streamIds = new NpgsqlParameter<string[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };
        var versions = new NpgsqlParameter<long[]>();
        var data = new NpgsqlParameter<byte[][]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb };
        var at = new NpgsqlParameter<DateTimeOffset>();
        insert.Parameters.AddRange(new NpgsqlParameter[]
        {
            ids, streamIds, versions, data, new NpgsqlParameter<string> { TypedValue = "bar_recorded", NpgsqlDbType = NpgsqlDbType.Varchar }, at,
            new NpgsqlParameter<string> { TypedValue = typeof(BarRecorded).FullName, NpgsqlDbType = NpgsqlDbType.Varchar },
        });
        var perStream = eventsPerBatch / streams;
        var watch = Stopwatch.StartNew();
        for (var batch = 0; batch < batches; batch++)
        {
            var rows = Enumerable.Range(0, eventsPerBatch);
            ids.TypedValue = [.. rows.Select(_ => Guid.CreateVersion7())];
            streamIds.TypedValue = [.. rows.Select(i => StreamId(run, i / perStream))];
            versions.TypedValue = [.. rows.Select(i => (long)(batch * perStream) + (i % perStream) + 1)];
            data.TypedValue = [.. rows.Select(i => JsonSerializer.SerializeToUtf8Bytes(BarRecorded.Number(i), _json))];
            at.TypedValue = TimeProvider.System.GetUtcNow();
            await insert.ExecuteNonQueryAsync();
        }

        return batches * eventsPerBatch / watch.Elapsed.TotalSeconds;
    }

    /// <summary>The whole log in order by binary COPY, JSON read, events a second.</summary>
    public async Task<double> CopyOutAsync()
    {
        await using var connection = await source.OpenConnectionAsync();
        var watch = Stopwatch.StartNew();
        var events = 0;
        await using var copy = await connection.BeginBinaryExportAsync($"copy (select {Columns} from mt_events order by seq_id) to stdout (format binary)");
        while (await copy.StartRowAsync() >= 0)
        {
            await copy.ReadAsync<long>(NpgsqlDbType.Bigint);
            await copy.ReadAsync<Guid>(NpgsqlDbType.Uuid);
            await copy.ReadAsync<string>(NpgsqlDbType.Varchar);
            await copy.ReadAsync<long>(NpgsqlDbType.Bigint);
            JsonSerializer.Deserialize(await copy.ReadAsync<byte[]>(NpgsqlDbType.Jsonb), _json);
            await copy.ReadAsync<string>(NpgsqlDbType.Varchar);
            await copy.ReadAsync<DateTimeOffset>(NpgsqlDbType.TimestampTz);
            await copy.SkipAsync();
            events++;
        }

        return events / watch.Elapsed.TotalSeconds;
    }

    /// <summary>One stream by a plain SELECT, JSON read, seconds a read.</summary>
    public async Task<double> SelectStreamAsync(string stream, int times)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var select = new NpgsqlCommand($"select {Columns} from mt_events where stream_id = $1 order by version", connection);
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = stream });
        await select.PrepareAsync();
        var watch = Stopwatch.StartNew();
        for (var time = 0; time < times; time++)
        {
            await using var reader = await select.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                reader.GetInt64(0);
                reader.GetGuid(1);
                reader.GetString(2);
                reader.GetInt64(3);
                JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(4), _json);
                reader.GetString(5);
                reader.GetFieldValue<DateTimeOffset>(6);
            }
        }

        return watch.Elapsed.TotalSeconds / times;
    }

    private static string StreamId(int run, int stream) => $"limit-{run}-{stream}";

    private async Task<int> AddStreamsAsync(int streams)
    {
        var run = _runs++;
        await using var insert = source.CreateCommand("insert into mt_streams (id, version) select $1 || n, 10 from generate_series(0, $2 - 1) as n");
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"limit-{run}-" });
        insert.Parameters.Add(new NpgsqlParameter<int> { TypedValue = streams });
        await insert.ExecuteNonQueryAsync();
        return run;
    }
}
