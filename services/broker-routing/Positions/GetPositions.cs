using AlgoStack.BrokerRouting.Orders;
using AlgoStack.Contracts.Portfolio;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Positions;

/// <summary><c>GET /positions?session=&amp;account=</c>: net positions, open ones first. Unrealized PnL is at the last close seen.</summary>
public static class GetPositions
{
    private const int MostRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/positions", (NpgsqlDataSource database, string? session, string? account, CancellationToken cancellationToken) =>
            ReadAsync(database, account ?? (session is null ? null : SessionBook.AccountOf(session)), cancellationToken))
        .WithName("GetPositions")
        .WithSummary("Net positions, open ones first.");

    public static async Task<IReadOnlyList<PositionView>> ReadAsync(NpgsqlDataSource database, string? account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select p.account, p.instrument, p.currency, p.quantity, p.average_price, p.realized_pnl, p.updated_at,
                (coalesce(a.closes, v.closes) ->> p.instrument)::numeric
            from positions p
            left join accounts a on a.account = p.account
            left join valuations v on v.account = p.account
            where $1::text is null or p.account = $1
            order by (p.quantity <> 0) desc, p.updated_at desc, p.instrument
            limit {MostRows}
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)account ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var positions = new List<PositionView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var quantity = reader.GetDecimal(3);
            var average = reader.GetDecimal(4);
            decimal? close = reader.IsDBNull(7) ? null : reader.GetDecimal(7);
            positions.Add(new PositionView(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                quantity,
                average,
                close,
                reader.GetDecimal(5),
                quantity == 0 ? 0 : (close - average) * quantity,
                reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return positions;
    }
}
