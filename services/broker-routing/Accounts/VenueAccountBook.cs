using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Accounts;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>Accounts at venues as they stand: whether they are proven, their cash, and their drifts.</summary>
public sealed class VenueAccountBook : Projection
{
    public override string Name => "venue_account_book";

    public override IReadOnlyList<string> Tables => ["venue_accounts", "venue_cash", "drifts"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);

        // The newest word on a currency is all of it.
        var cash = new Dictionary<(string, string), CashMoved>();
        foreach (var stored in events)
        {
            if (stored.Data is CashMoved moved) cash[(moved.Account, moved.Currency)] = moved;
            else if (stored.Data is AccountEvent e && Change(e) is { } change) batch.BatchCommands.Add(change);
        }

        foreach (var moved in cash.Values)
        {
            batch.BatchCommands.Add(Command(
                """
                insert into venue_cash (account, asset, balance, updated_at) values ($1, $2, $3, $4)
                on conflict (account, asset) do update set balance = excluded.balance, updated_at = excluded.updated_at
                """,
                moved.Account,
                moved.Currency,
                moved.Balance,
                moved.At));
        }

        if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand? Change(AccountEvent e) => e switch
    {
        AccountOpened opened => Command(
            """
            insert into venue_accounts (account, venue, is_proven, opened_at) values ($1, $2, false, $3)
            on conflict (account) do update set venue = excluded.venue, opened_at = excluded.opened_at
            """,
            opened.Account,
            opened.Venue,
            opened.At),
        AccountGated gated => Command(
            """
            insert into venue_accounts (account, venue, is_proven, gated_because) values ($1, '', false, $2)
            on conflict (account) do update set is_proven = false, gated_because = excluded.gated_because
            """,
            gated.Account,
            gated.Reason),
        AccountReconciled reconciled => Command(
            "update venue_accounts set is_proven = true, gated_because = null, reconciled_at = $2 where account = $1",
            reconciled.Account,
            reconciled.At),
        DriftFound drift => Command(
            """
            insert into drifts (account, drift_id, kind, subject, ours, venue, detail, found_at) values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (account, drift_id) do update set
                ours = excluded.ours, venue = excluded.venue, detail = excluded.detail, found_at = excluded.found_at, resolution = null
            """,
            drift.Account,
            drift.DriftId,
            drift.Kind.ToString(),
            drift.Subject,
            drift.Ours,
            drift.Venue,
            drift.Detail,
            drift.At),
        DriftResolved resolved => Command(
            "update drifts set resolution = $3 where account = $1 and drift_id = $2", resolved.Account, resolved.DriftId, resolved.Resolution),
        _ => null,
    };

    private static NpgsqlBatchCommand Command(string sql, params object?[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value switch
            {
                null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Numeric },
                _ => new NpgsqlParameter { Value = value },
            });
        }

        return command;
    }
}
