using System.Text.Json;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Positions;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Positions;

/// <summary>
/// Every account's net positions as they stand, closed ones with what they realized; and what became of them without a fill.
/// </summary>
public sealed class PositionBook : Projection
{
    public override string Name => "position_book";

    public override IReadOnlyList<string> Tables => ["positions", "position_bookings"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // The newest word on a position is all of it.
        var newest = new Dictionary<(string, string), PositionEvent>();
        foreach (var stored in events)
        {
            if (stored.Data is not PositionEvent e) continue;

            newest[(e.Account, e.Instrument.Value)] = e;
            if (e is not (PositionOpened or PositionChanged or PositionClosed)) await InsertAsync(stored, e, connection, transaction, cancellationToken);
        }

        if (newest.Count == 0) return;

        await using var command = new NpgsqlCommand(
            """
            insert into positions (account, instrument, currency, quantity, average_price, realized_pnl, updated_at)
            select * from unnest($1, $2, $3, $4, $5, $6, $7)
            on conflict (account, instrument) do update set
                quantity = excluded.quantity,
                average_price = excluded.average_price,
                realized_pnl = excluded.realized_pnl,
                updated_at = excluded.updated_at
            """,
            connection,
            transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]> { TypedValue = [.. newest.Values.Select(e => e.Account)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. newest.Values.Select(e => e.Instrument.Value)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. newest.Values.Select(e => e.Currency)] },
                new NpgsqlParameter<decimal[]> { TypedValue = [.. newest.Values.Select(e => e.Quantity)] },
                new NpgsqlParameter<decimal[]> { TypedValue = [.. newest.Values.Select(e => e.AveragePrice)] },
                new NpgsqlParameter<decimal[]> { TypedValue = [.. newest.Values.Select(e => e.RealizedPnl)] },
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. newest.Values.Select(e => e.At)] },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task InsertAsync(
        StoredEvent stored, PositionEvent booking, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "insert into position_bookings (account, seq_id, instrument, currency, type, data) values ($1, $2, $3, $4, $5, $6)", connection, transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = booking.Account },
                new NpgsqlParameter<long> { TypedValue = stored.Sequence },
                new NpgsqlParameter<string> { TypedValue = booking.Instrument.Value },
                new NpgsqlParameter<string> { TypedValue = booking.Currency },
                new NpgsqlParameter<string> { TypedValue = stored.TypeName },
                new NpgsqlParameter { Value = JsonSerializer.Serialize(booking, booking.GetType(), StoredJson.Options), NpgsqlDbType = NpgsqlDbType.Jsonb },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
