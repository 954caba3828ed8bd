using System.Text.Json;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Alerts;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Alerting.Channels.Inbox;

/// <summary>
/// The channel that needs no credentials: a table that every alert is in from the moment it is raised, since it is
/// written in the transaction that raises it.
/// </summary>
public sealed class InboxTable : Projection
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";
    public const string Failed = "failed";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public override string Name => "inbox";

    public override IReadOnlyList<string> Tables => ["alerts"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var stored in events)
        {
            if (Command(stored) is { } command) batch.BatchCommands.Add(command);
        }

        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads the <c>attempts</c> column.</summary>
    public static IReadOnlyList<AlertAttempt> ReadAttempts(string json) => JsonSerializer.Deserialize<List<AlertAttempt>>(json, Json)!;

    private static NpgsqlBatchCommand? Command(StoredEvent stored) => stored.Data switch
    {
        AlertRaised raised => Insert(raised, stored.Sequence),
        Alerts.AlertDelivered delivered => Update(
            stored, new AlertAttempt(delivered.Channel, "delivered", delivered.At), delivered.Channel == Alert.Inbox ? null : Delivered),
        AlertAttemptFailed failed => Update(stored, new AlertAttempt(failed.Channel, failed.Reason, failed.At), null),
        AlertFailed => Update(stored, null, Failed),
        _ => null,
    };

    private static NpgsqlBatchCommand Insert(AlertRaised raised, long sequence) => new(
        """
        insert into alerts (alert_id, seq_id, severity, rule, title, text, session_id, raised_at, attempts, state)
        values ($1, $2, $3, $4, $5, $6, $7, $8, '[]', $9)
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = raised.AlertId },
            new NpgsqlParameter<long> { TypedValue = sequence },
            new NpgsqlParameter<string> { TypedValue = raised.Severity },
            new NpgsqlParameter<string> { TypedValue = raised.Rule },
            new NpgsqlParameter<string> { TypedValue = raised.Title },
            new NpgsqlParameter<string> { TypedValue = raised.Text },
            new NpgsqlParameter { Value = (object?)raised.SessionId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = raised.At },
            new NpgsqlParameter<string> { TypedValue = raised.Route.Count == 0 ? Delivered : Pending },
        },
    };

    private static NpgsqlBatchCommand Update(StoredEvent stored, AlertAttempt? attempt, string? state) => new(
        """
        update alerts set attempts = attempts || $2, state = coalesce($3, state)
        where alert_id = $1
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = Alert.IdOf(stored.StreamId) },
            new NpgsqlParameter { Value = attempt is null ? "[]" : JsonSerializer.Serialize(new[] { attempt }, Json), NpgsqlDbType = NpgsqlDbType.Jsonb },
            new NpgsqlParameter { Value = (object?)state ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        },
    };
}
