using System.Runtime.CompilerServices;
using AlgoStack.Contracts.Orders;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// <c>GET /orders?session=&amp;account=&amp;status=&amp;execution=&amp;after=&amp;limit=</c>: the blotter, newest first; <c>after</c> is an order id
/// to page on from. <c>GET /sessions/{id}/order-intents</c>: every intent of a session in the order they were made.
/// </summary>
public static class GetOrders
{
    private const int DefaultLimit = 100;
    private const int MostRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/orders", (NpgsqlDataSource database, string? session, string? account, string? status, string? after, int? limit, string? execution, CancellationToken cancellationToken) =>
                ReadAsync(database, session, account, status, after, limit, execution, cancellationToken))
            .WithName("GetOrders").WithSummary("The blotter, newest first; after is an order id to page on from.");
        routes.MapGet("/sessions/{id}/order-intents", ReadIntentsAsync).WithName("GetOrderIntents").WithSummary("Every intent of a session, in order.");
    }

    internal static async Task<IReadOnlyList<OrderView>> ReadAsync(
        NpgsqlDataSource database, string? session, string? account, string? status, string? after, int? limit, string? execution, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select order_id, session_id, account, strategy, instrument, side, type, quantity, filled, traded_value, commission,
                status, code, reason, signal_id, requested_at, updated_at
            from orders
            where ($1::text is null or session_id = $1)
              and ($2::text is null or account = $2)
              and ($3::text is null or status = $3)
              and ($4::text is null or requested_seq < (select requested_seq from orders where order_id = $4))
              and ($5::text is null or execution = $5)
            order by requested_seq desc
            limit $6
            """);
        foreach (var value in (string?[])[session, account, status, after, execution])
        {
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        }

        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Math.Clamp(limit ?? DefaultLimit, 1, MostRows) });
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
