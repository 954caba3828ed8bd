using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>The one place that turns rows of <c>mt_events</c> into events.</summary>
internal static class EventReader
{
    public const string Columns = "seq_id, id, stream_id, version, data, type, timestamp, headers ->> 'traceparent'";

    public static async Task<List<StoredEvent>> ReadAsync(NpgsqlCommand command, EventTypes types, CancellationToken cancellationToken)
    {
        var events = new List<StoredEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var sequence = reader.GetInt64(0);
            var stream = reader.GetString(2);
            var version = reader.GetInt64(3);
            var type = reader.GetString(5);
            events.Add(new StoredEvent(
                sequence,
                reader.GetGuid(1),
                stream,
                version,
                types.Deserialize(type, reader.GetString(4), $"{stream} version {version} (sequence {sequence})"),
                type,
                reader.GetFieldValue<DateTimeOffset>(6),
                reader.IsDBNull(7) ? null : reader.GetString(7)));
        }

        return events;
    }
}
