using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>The one place that turns rows of <c>mt_events</c> into events.</summary>
internal static class EventReader
{
    public const string Columns =
        "seq_id, id, stream_id, version, data, type, timestamp, correlation_id, causation_id, user_name, headers";

    public static async Task<List<StoredEvent>> ReadAsync(NpgsqlCommand command, EventTypes types, CancellationToken cancellationToken)
    {
        var events = new List<StoredEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) events.Add(Read(reader, types));
        return events;
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
}

/// <summary>Where an event is, for errors about it.</summary>
public readonly record struct EventPlace(string StreamId, long Version, long Sequence)
{
    public override string ToString() => $"{StreamId} version {Version} (sequence {Sequence})";
}
