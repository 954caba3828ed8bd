using AlgoStack.Alerting.Channels;
using AlgoStack.Alerting.Rules;
using AlgoStack.EventStore.Streams;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Alerting.Alerts;

/// <summary>
/// Where drafts become alerts: in the session's commit each is raised, told to the inbox, and given its route. Keys that
/// are open keep further alerts of theirs from being raised.
/// </summary>
public sealed class RaisedAlerts(EventLog log, NpgsqlDataSource database, ChannelLines channels, TimeProvider clock)
{
    /// <summary>Raises one draft for a message that may be delivered twice.</summary>
    public async Task RaiseOnceAsync(Guid messageId, string consumer, AlertDraft draft, CancellationToken cancellationToken)
    {
        var session = log.OpenSession();
        if (!await session.TryReceiveAsync(messageId, consumer, cancellationToken)) return;

        await AddAsync(session, [draft], cancellationToken);
        await session.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Raises one draft now.</summary>
    /// <returns>The draft's id, or that of the alert that holds its key open.</returns>
    public async Task<string> RaiseAsync(AlertDraft draft, CancellationToken cancellationToken)
    {
        try
        {
            var session = log.OpenSession();
            await AddAsync(session, [draft], cancellationToken);
            await session.SaveChangesAsync(cancellationToken);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "open_alerts_pkey" })
        {
            // Somebody opened the key a moment earlier: theirs is the alert.
        }
        catch (StreamExistsException)
        {
            // Raised by the same request already, whose answer got lost.
        }

        return draft.OpensKey is { } key && await FindAsync(key, cancellationToken) is { } open ? open : draft.AlertId;
    }

    /// <summary>Adds drafts to a session that the caller commits.</summary>
    public async Task AddAsync(EventSession session, IEnumerable<AlertDraft> drafts, CancellationToken cancellationToken)
    {
        foreach (var draft in drafts)
        {
            if (draft.OpensKey is { } key && await FindAsync(key, cancellationToken) is not null) continue;
            if (draft.ClosesKey is { } closes && await FindAsync(closes, cancellationToken) is null) continue;

            Add(session, draft);
        }
    }

    /// <summary>What follows the prefix in the keys that are open.</summary>
    public async Task<IReadOnlyList<string>> FindOpenAsync(string prefix, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select substr(key, length($1) + 1) from open_alerts where starts_with(key, $1) order by key limit 10000");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = prefix });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rest = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) rest.Add(reader.GetString(0));
        return rest;
    }

    private void Add(EventSession session, AlertDraft draft)
    {
        var now = clock.GetUtcNow();
        session.StartStream(
            Alert.Stream(draft.AlertId),
            new AlertRaised(
                draft.AlertId, draft.Severity.Name(), draft.Rule, draft.Title, draft.Text, draft.SessionId, channels.Route(draft.Severity), now),
            new AlertDelivered(Alert.Inbox, 1, null, now));
        if (draft.OpensKey is { } key)
        {
            session.Execute(Free(key, now));
            session.Execute(Open(key, draft.AlertId, now + draft.OpenFor));
        }

        if (draft.ClosesKey is { } closes) session.Execute(Close(closes));
    }

    private async Task<string?> FindAsync(string key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select alert_id from open_alerts where key = $1 and (free_at is null or free_at > $2)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = clock.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    private static NpgsqlBatchCommand Free(string key, DateTimeOffset now) => new("delete from open_alerts where key = $1 and free_at <= $2")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = key }, new NpgsqlParameter<DateTimeOffset> { TypedValue = now } },
    };

    // Whoever opens the key a moment later violates its primary key and is refused; tried again, it finds the key open.
    private static NpgsqlBatchCommand Open(string key, string alertId, DateTimeOffset? freeAt) => new(
        "insert into open_alerts (key, alert_id, free_at) values ($1, $2, $3)")
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = key },
            new NpgsqlParameter<string> { TypedValue = alertId },
            new NpgsqlParameter { Value = (object?)freeAt ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        },
    };

    private static NpgsqlBatchCommand Close(string key) => new("delete from open_alerts where key = $1")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = key } },
    };
}
