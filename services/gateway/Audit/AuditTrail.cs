using System.Text.Json;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Gateway.Audit;

/// <summary>The log as it is looked through: by user, by action, by time. Written in the transaction of each append.</summary>
internal sealed class AuditTrail : Projection
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // Of every entry, and in columns.
    private static readonly string[] InColumns = ["by", "userId", "at"];

    public override string Name => "audit_trail";

    public override IReadOnlyList<string> Tables => ["audit_entries"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var stored in events) batch.BatchCommands.Add(Insert(stored, (AuditEvent)stored.Data));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Insert(StoredEvent stored, AuditEvent what) => new(
        """
        insert into audit_entries (seq_id, at, action, user_id, actor, session_id, api_key_id, place_id, trace_id, details)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<long> { TypedValue = stored.Sequence },
            new NpgsqlParameter<DateTimeOffset> { TypedValue = (what as ChangeMade)?.At.ToUniversalTime() ?? stored.Timestamp },
            new NpgsqlParameter<string> { TypedValue = stored.TypeName },
            Id((what as AccountEvent)?.UserId),
            new NpgsqlParameter<string> { TypedValue = what.By.Id },
            Id(what.By.SessionId),
            Id(what.By.ApiKeyId),
            Id(what.By.PlaceId),
            new NpgsqlParameter { Value = (object?)stored.CorrelationId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter { Value = Details(what), NpgsqlDbType = NpgsqlDbType.Jsonb },
        },
    };

    private static NpgsqlParameter Id(Guid? id) => new() { Value = (object?)id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static string Details(AuditEvent what)
    {
        var details = JsonSerializer.SerializeToNode(what, what.GetType(), Json)!.AsObject();
        foreach (var column in InColumns) details.Remove(column);
        return details.ToJsonString();
    }
}
