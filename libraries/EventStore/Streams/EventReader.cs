using System.Runtime.CompilerServices;
using System.Text;
using AlgoStack.Postgres;
using AlgoStack.Postgres.Archives;
using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>The one place that turns rows of <c>mt_events</c> into events.</summary>
internal static class EventReader
{
    public const string Columns =
        "seq_id, id, stream_id::text, version, data, type, timestamp, correlation_id, causation_id, user_name, headers";

    /// <summary>For a stream, which is mostly short: a prepared statement.</summary>
    public static async Task<List<StoredEvent>> ReadAsync(NpgsqlCommand command, EventTypes types, CancellationToken cancellationToken)
    {
        var events = new List<StoredEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) events.Add(Read(reader, types));
        return events;
    }

    /// <summary>For the log, which is mostly long: COPY, which takes three quarters of the time but is planned each time.</summary>
    /// <param name="clauses">What follows <c>from mt_events</c>; values as literals.</param>
    public static async IAsyncEnumerable<StoredEvent> CopyAsync(
        NpgsqlConnection connection, string clauses, EventTypes types, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var repeated = new RepeatedTexts();
        await using var rows = await CopyReader.BeginAsync(
            connection, $"copy (select {Columns} from mt_events {clauses}) to stdout (format binary)", cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) yield return Read(rows, types, repeated);
    }

    /// <summary>An event where it was exported to.</summary>
    public static StoredEvent Read(ArchiveReader row, EventTypes types)
    {
        var stream = Text("stream_id")!;
        var version = row.GetInt64(row.Ordinal("version"));
        var type = Text("type")!;
        return new StoredEvent(
            row.Key,
            Guid.Parse(Text("id")!),
            stream,
            version,
            types.Deserialize(type, Encoding.UTF8.GetBytes(Text("data")!), new EventPlace(stream, version, row.Key)),
            type,
            row.GetTime(row.Ordinal("timestamp")),
            Text("correlation_id"),
            Text("causation_id"),
            Text("user_name"))
        {
            HeadersJson = Text("headers") is { } headers ? Encoding.UTF8.GetBytes(headers) : null,
        };

        string? Text(string column) => row.GetString(row.Ordinal(column));
    }

    private static StoredEvent Read(NpgsqlDataReader reader, EventTypes types)
    {
        var sequence = reader.GetInt64(0);
        var stream = reader.GetString(2);
        var version = reader.GetInt64(3);
        var type = reader.GetString(5);
        return new StoredEvent(
            sequence,
            reader.GetGuid(1),
            stream,
            version,
            types.Deserialize(type, reader.GetFieldValue<byte[]>(4), new EventPlace(stream, version, sequence)),
            type,
            reader.GetFieldValue<DateTimeOffset>(6),
            Text(7),
            Text(8),
            Text(9))
        {
            HeadersJson = reader.IsDBNull(10) ? null : reader.GetFieldValue<byte[]>(10),
        };

        string? Text(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
    }

    private static StoredEvent Read(CopyReader row, EventTypes types, RepeatedTexts repeated)
    {
        var sequence = row.Int64(0);
        var stream = repeated.Text(2, row.Bytes(2));
        var version = row.Int64(3);
        var type = repeated.Text(5, row.Bytes(5));
        return new StoredEvent(
            sequence,
            row.Guid(1),
            stream,
            version,
            types.Deserialize(type, row.Json(4), new EventPlace(stream, version, sequence)),
            type,
            row.Timestamp(6),
            Text(7),
            Text(8),
            Text(9))
        {
            HeadersJson = row.IsNull(10) ? null : repeated.Bytes(10, row.Json(10)),
        };

        string? Text(int ordinal) => row.IsNull(ordinal) ? null : repeated.Text(ordinal, row.Bytes(ordinal));
    }

    /// <summary>What a column repeats from row to row is kept once.</summary>
    private sealed class RepeatedTexts
    {
        private readonly (byte[] Utf8, string? Text)[] _last = Enumerable.Repeat((Array.Empty<byte>(), (string?)null), 11).ToArray();

        public byte[] Bytes(int column, ReadOnlySpan<byte> utf8)
        {
            ref var last = ref _last[column];
            if (!utf8.SequenceEqual(last.Utf8)) last = (utf8.ToArray(), null);
            return last.Utf8;
        }

        public string Text(int column, ReadOnlySpan<byte> utf8)
        {
            var bytes = Bytes(column, utf8);
            return _last[column].Text ??= Encoding.UTF8.GetString(bytes);
        }
    }
}

/// <summary>Where an event is, for errors about it.</summary>
public readonly record struct EventPlace(string StreamId, long Version, long Sequence)
{
    public override string ToString() => $"{StreamId} version {Version} (sequence {Sequence})";
}
