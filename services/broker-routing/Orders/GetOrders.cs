using System.Runtime.CompilerServices;
using AlgoStack.Contracts.Orders;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// <c>GET /orders?session=&amp;account=&amp;instrument=&amp;status=&amp;execution=&amp;before=&amp;after=&amp;limit=</c>: the blotter, newest first; those
/// requested <c>before</c> a time; <c>after</c> is an order id to page on from. <c>GET /sessions/{id}/order-intents</c>: every intent of a
/// session in the order they were made.
/// </summary>
public static class GetOrders
{
    private const int DefaultLimit = 100;
    private const int MostRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/orders", ([AsParameters] OrderFilter filter, NpgsqlDataSource database, CancellationToken cancellationToken) => ReadAsync(database, filter, cancellationToken))
            .WithName("GetOrders").WithSummary("The blotter, newest first; after is an order id to page on from.");
        routes.MapGet("/sessions/{id}/order-intents", ReadIntentsAsync).WithName("GetOrderIntents").WithSummary("Every intent of a session, in order.");
    }

    internal static async Task<IReadOnlyList<OrderView>> ReadAsync(NpgsqlDataSource database, OrderFilter filter, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select order_id, session_id, account, strategy, instrument, side, type, quantity, filled, traded_value, commission,
                status, code, reason, signal_id, requested_at, updated_at
            from orders
            where ($1::text is null or session_id = $1)
              and ($2::text is null or account = $2)
              and ($3::text is null or status = $3 or ($3 = 'open' and status in ({OrderBlotter.NotDone})))
              and ($4::text is null or requested_seq < (select requested_seq from orders where order_id = $4))
              and ($5::text is null or execution = $5)
              and ($6::text is null or instrument = $6)
              and ($7::timestamptz is null or requested_at < $7)
            order by requested_seq desc
            limit $8
            """);
        foreach (var value in (string?[])[filter.Session, filter.Account, filter.Status, filter.After, filter.Execution, filter.Instrument])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        }

        command.Parameters.Add(new NpgsqlParameter { Value = (object?)filter.Before?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Math.Clamp(filter.Limit ?? DefaultLimit, 1, MostRows) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var orders = new List<OrderView>();
        while (await reader.ReadAsync(cancellationToken)) orders.Add(ReadOrder(reader));
        return orders;
    }

    private static OrderView ReadOrder(NpgsqlDataReader reader)
    {
        var filled = reader.GetDecimal(8);
        return new OrderView(
            reader.GetString(0),
            reader.GetString(1),
            reader.GetString(2),
            reader.GetString(3),
            reader.GetString(4),
            reader.GetString(5),
            reader.GetString(6),
            reader.GetDecimal(7),
            filled,
            filled == 0 ? null : reader.GetDecimal(9) / filled,
            reader.GetDecimal(10),
            reader.GetString(11),
            Text(12),
            Text(13),
            Text(14),
            reader.GetFieldValue<DateTimeOffset>(15),
            reader.GetFieldValue<DateTimeOffset>(16));

        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }

    private static async IAsyncEnumerable<OrderIntentView> ReadIntentsAsync(
        string id, NpgsqlDataSource database, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select order_id, strategy, instrument, side, quantity, type, requested_at
            from orders where session_id = $1
            order by requested_seq
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            yield return new OrderIntentView(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetDecimal(4),
                reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6));
        }
    }
}

/// <summary>Which orders are asked for.</summary>
/// <param name="Status">One of <see cref="OrderView"/>'s, or <c>open</c>: all that something can still come of.</param>
/// <param name="After">An order's id: those requested before it.</param>
/// <param name="Before">Those requested before this time.</param>
internal sealed record OrderFilter(
    string? Session = null,
    string? Account = null,
    string? Instrument = null,
    string? Status = null,
    string? Execution = null,
    string? After = null,
    DateTimeOffset? Before = null,
    int? Limit = null);
