using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Positions;
using Npgsql;

namespace AlgoStack.BrokerRouting.Positions;

/// <summary>Every account's net positions as they stand, closed ones with what they realized.</summary>
public sealed class PositionBook : Projection
{
    public override string Name => "position_book";

    public override IReadOnlyList<string> Tables => ["positions"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // The newest word on a position is all of it.
        var newest = new Dictionary<(string, string), PositionEvent>();
        foreach (var stored in events)
        {
            if (stored.Data is PositionEvent e) newest[(e.Account, e.Instrument.Value)] = e;
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
}
