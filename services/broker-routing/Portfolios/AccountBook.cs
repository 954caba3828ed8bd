using System.Text.Json;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Accounts;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>
/// Accounts as they stand: those of sessions after their newest batch, those at venues as they were last valued; and the curve of
/// their cash and equity.
/// </summary>
public sealed class AccountBook : Projection
{
    public override string Name => "account_book";

    public override IReadOnlyList<string> Tables => ["accounts", "valuations", "equity"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var newest = new Dictionary<string, StoredEvent>(StringComparer.Ordinal);
        var valued = new Dictionary<string, AccountValued>(StringComparer.Ordinal);
        var firstFill = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var stored in events)
        {
            if (stored.Data is AccountValued value) valued[value.Account] = value;
            if (stored.Data is not AccountMarked marked) continue;
            newest[marked.Account] = stored;
            if (marked.Fills > 0) firstFill.TryAdd(marked.Account, stored.Timestamp);
        }

        if (newest.Count == 0 && valued.Count == 0) return;

        foreach (var (account, stored) in newest)
        {
            await UpsertAsync(
                (AccountMarked)stored.Data, stored.Timestamp, firstFill.TryGetValue(account, out var at) ? at : null, connection, transaction, cancellationToken);
        }

        foreach (var value in valued.Values) await UpsertAsync(value, connection, transaction, cancellationToken);
        await AppendCurveAsync(events, connection, cancellationToken);
    }

    private static async Task UpsertAsync(
        AccountMarked marked,
        DateTimeOffset committedAt,
        DateTimeOffset? firstFillAt,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into accounts as a (account, session_id, last_sequence, ended, as_of, balances, closes, signals, intents, denied, fills,
                order_list_hash, first_fill_at, last_commit_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            on conflict (account) do update set
                last_sequence = excluded.last_sequence,
                ended = excluded.ended,
                as_of = coalesce(excluded.as_of, a.as_of),
                balances = excluded.balances,
                closes = excluded.closes,
                signals = excluded.signals,
                intents = excluded.intents,
                denied = excluded.denied,
                fills = excluded.fills,
                order_list_hash = excluded.order_list_hash,
                first_fill_at = coalesce(a.first_fill_at, excluded.first_fill_at),
                last_commit_at = excluded.last_commit_at
            """,
            connection,
            transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = marked.Account },
                new NpgsqlParameter<string> { TypedValue = marked.SessionId },
                new NpgsqlParameter<long> { TypedValue = marked.Sequence },
                new NpgsqlParameter<bool> { TypedValue = marked.Ended },
                Time(marked.At),
                Json(marked.Balances),
                Json(marked.Closes),
                new NpgsqlParameter<long> { TypedValue = marked.Signals },
                new NpgsqlParameter<long> { TypedValue = marked.Intents },
                new NpgsqlParameter<long> { TypedValue = marked.Denied },
                new NpgsqlParameter<long> { TypedValue = marked.Fills },
                new NpgsqlParameter<string> { TypedValue = marked.OrderListHash },
                Time(firstFillAt),
                new NpgsqlParameter<DateTimeOffset> { TypedValue = committedAt },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task UpsertAsync(
        AccountValued valued, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into valuations (account, as_of, balances, closes) values ($1, $2, $3, $4)
            on conflict (account) do update set as_of = excluded.as_of, balances = excluded.balances, closes = excluded.closes
            """,
            connection,
            transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = valued.Account },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = valued.At },
                Json(valued.Balances),
                Json(valued.Prices),
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task AppendCurveAsync(IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy equity (account, sequence, currency, at, cash, equity, opening) from stdin (format binary)", cancellationToken);
        foreach (var stored in events)
        {
            // Sequences of one account only grow: those of batches here, those of the log there.
            var (account, sequence, at, balances) = stored.Data switch
            {
                AccountMarked { At: { } time } marked => (marked.Account, marked.Sequence, time, marked.Balances),
                AccountValued valued => (valued.Account, stored.Sequence, valued.At, valued.Balances),
                _ => ("", 0, default, []),
            };
            foreach (var balance in balances)
            {
                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(account, cancellationToken);
                await copy.WriteAsync(sequence, cancellationToken);
                await copy.WriteAsync(balance.Currency, cancellationToken);
                await copy.WriteAsync(at, cancellationToken);
                await copy.WriteAsync(balance.Cash, cancellationToken);
                await copy.WriteAsync(balance.Equity, cancellationToken);
                await copy.WriteAsync(balance.Opening, cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static NpgsqlParameter Time(DateTimeOffset? value) =>
        new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter Json<T>(T value) =>
        new() { Value = JsonSerializer.Serialize(value, StoredJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb };
}
