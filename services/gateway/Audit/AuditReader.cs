using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Gateway.Audit;

/// <summary>Reads the audit trail, the newest first, with names and addresses as far as they are still there.</summary>
internal sealed class AuditReader(NpgsqlDataSource database)
{
    public const int MostRows = 1_000;

    /// <param name="wanted">Of which all must hold.</param>
    public async Task<AuditPage> ReadAsync(AuditFilter wanted, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select e.seq_id, e.at, e.action, e.user_id, u.name, e.actor, a.name, e.session_id, e.api_key_id, p.address, p.user_agent, e.trace_id, e.details::text
            from audit_entries e
            left join users u on u.user_id = e.user_id
            left join users a on a.user_id::text = e.actor
            left join places p on p.place_id = e.place_id
            where ($1 is null or e.user_id = $1 or e.actor = $1::text)
              and ($2 is null or e.action = $2)
              and ($3 is null or e.at >= $3)
              and ($4 is null or e.at < $4)
              and ($5 is null or e.seq_id < $5)
            order by e.seq_id desc
            limit $6
            """);
        Add(command, wanted.User, NpgsqlDbType.Uuid);
        Add(command, wanted.Action, NpgsqlDbType.Text);
        Add(command, wanted.From?.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        Add(command, wanted.To?.ToUniversalTime(), NpgsqlDbType.TimestampTz);
        Add(command, wanted.Before, NpgsqlDbType.Bigint);
        command.Parameters.Add(new() { Value = limit + 1 });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var entries = new List<AuditEntry>();
        while (await reader.ReadAsync(cancellationToken)) entries.Add(Read(reader));
        if (entries.Count <= limit) return new AuditPage(entries, null);

        entries.RemoveAt(limit);
        return new AuditPage(entries, entries[^1].Sequence);
    }

    /// <summary>All that a user did and that was done to them, and of others no name and no address.</summary>
    public async IAsyncEnumerable<AuditEntry> AllOfAsync(Guid userId, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (long? before = null; ;)
        {
            var page = await ReadAsync(new AuditFilter { User = userId, Before = before }, MostRows, cancellationToken);
            foreach (var entry in page.Entries)
                yield return entry.By.Id == userId.ToString() ? entry : entry with { By = new AuditActor(entry.By.Id, null, null, null, null, null) };
            if ((before = page.Next) is null) yield break;
        }
    }

    private static AuditEntry Read(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetFieldValue<DateTimeOffset>(1),
        row.GetString(2),
        row.IsDBNull(3) ? null : new AuditUser(row.GetGuid(3), Text(row, 4)),
        new AuditActor(row.GetString(5), Text(row, 6), Id(row, 7), Id(row, 8), Text(row, 9), Text(row, 10)),
        Text(row, 11),
        JsonElement.Parse(row.GetString(12)));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Guid? Id(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetGuid(column);

    private static void Add(NpgsqlCommand command, object? value, NpgsqlDbType type) =>
        command.Parameters.Add(new() { Value = value ?? DBNull.Value, NpgsqlDbType = type });
}

/// <summary>Which entries are wanted.</summary>
internal sealed record AuditFilter
{
    /// <summary>Who did it, or to whom it was done.</summary>
    public Guid? User { get; init; }

    public string? Action { get; init; }

    /// <summary>Not before.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Of a page before this one.</summary>
    public long? Before { get; init; }
}

/// <param name="Next">What <c>before</c> is to be for the page after this one; null where there is none.</param>
internal sealed record AuditPage(IReadOnlyList<AuditEntry> Entries, long? Next);

/// <param name="Sequence">Of the stored event.</param>
/// <param name="Action">The stored event's name.</param>
/// <param name="User">Whose account it is about.</param>
/// <param name="TraceId">The correlation id of what services stored in the course of it.</param>
/// <param name="Details">What else the event says.</param>
internal sealed record AuditEntry(long Sequence, DateTimeOffset At, string Action, AuditUser? User, AuditActor By, string? TraceId, JsonElement Details);

/// <param name="Name">Null of who is no user any more.</param>
internal sealed record AuditUser(Guid UserId, string? Name);

/// <param name="Id">A user's, <c>service</c> or <c>nobody</c>.</param>
/// <param name="Name">Null of who is no user, or none any more.</param>
/// <param name="Address">From where, as long as that is kept.</param>
internal sealed record AuditActor(string Id, string? Name, Guid? SessionId, Guid? ApiKeyId, string? Address, string? UserAgent);
