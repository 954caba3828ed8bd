using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.EventStore.Inspection;

/// <summary>Reads events as they are stored, without making objects of them.</summary>
internal static class EventQuery
{
    public const int MostEvents = 1_000;

    /// <summary>A page is cut before it grows beyond, but for one event that is larger alone.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    /// <summary>A type or correlation that is rare, or not there, is looked for through the whole log; not for longer than this.</summary>
    private const int MostSeconds = 10;

    /// <param name="order"><c>seq_id</c>, <c>seq_id desc</c> or <c>version</c>.</param>
    /// <returns>The events, and the first one that found no room any more.</returns>
    /// <exception cref="TimeoutException">It took over ten seconds.</exception>
    public static async Task<(List<EventView> Events, EventView? Next)> ReadAsync(
        EventLog log, EventFilter filter, string order, int limit, CancellationToken cancellationToken, long fromVersion = 1)
    {
        await using var command = log.Source.CreateCommand();
        var where = filter.Where(command.Parameters, log.StreamIdentity);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = fromVersion });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit + 1 });
#pragma warning disable CA2100 // Conditions of the filter's own; values come as parameters.
        command.CommandText =
            $"""
            select seq_id, id, stream_id::text, version, type, timestamp, data, headers, correlation_id, causation_id, user_name, is_archived
            from mt_events
            where {where} and version >= ${command.Parameters.Count - 1}
            order by {order}
            limit ${command.Parameters.Count}
            """;
#pragma warning restore CA2100
        command.CommandTimeout = MostSeconds;
        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var events = new List<EventView>();
            for (var bytes = 0L; await reader.ReadAsync(cancellationToken);)
            {
                var data = reader.GetFieldValue<byte[]>(6);
                var e = View(reader, data, log.Types);
                bytes += data.Length;
                if (events.Count == limit || (bytes > MostBytes && events.Count > 0)) return (events, e);

                events.Add(e);
            }

            return (events, null);
        }
        catch (NpgsqlException e) when (e.InnerException is TimeoutException)
        {
            throw new TimeoutException($"The log was not looked through in {MostSeconds} s; ask for a range of sequence numbers.", e);
        }
    }

    private static EventView View(NpgsqlDataReader reader, byte[] data, EventTypes types) => new(
        reader.GetInt64(0),
        reader.GetGuid(1),
        reader.GetString(2),
        reader.GetInt64(3),
        reader.GetString(4),
        types.Knows(reader.GetString(4)),
        reader.GetFieldValue<DateTimeOffset>(5),
        new RawJson(data),
        reader.IsDBNull(7) ? null : new RawJson(reader.GetFieldValue<byte[]>(7)),
        Text(reader, 8),
        Text(reader, 9),
        Text(reader, 10),
        !reader.IsDBNull(11) && reader.GetBoolean(11));

    private static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
