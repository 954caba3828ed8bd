using AlgoStack.Contracts.Portfolio;
using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Portfolios;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>
/// <c>GET /portfolios/{id}/trades?after=&amp;limit=</c>: positions that were opened and closed again, newest first; <c>after</c> is a
/// trade's number to page on from. <c>/portfolios/{id}/fills?instrument=&amp;before=&amp;after=&amp;limit=</c>: all that traded, <c>after</c> a fill's
/// position.
/// </summary>
public static class GetTrades
{
    private const int DefaultLimit = 100;
    private const int MostRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/portfolios/{id}/trades", TradesAsync)
            .WithName("GetPortfolioTrades")
            .WithSummary("Positions that were opened and closed again, newest first; after is a trade's number to page on from.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes
            .MapGet("/portfolios/{id}/fills", FillsAsync)
            .WithName("GetPortfolioFills")
            .WithSummary("All that traded, newest first; after is a fill's position to page on from.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Ok<IReadOnlyList<PortfolioTrade>>, ProblemHttpResult>> TradesAsync(
        string id, NpgsqlDataSource database, long? after, int? limit, CancellationToken cancellationToken)
    {
        if (await GetPortfolios.FindAsync(database, id, cancellationToken) is null) return GetPortfolios.NotFound(id);

        var history = new PortfolioHistory(new Dictionary<string, decimal>(StringComparer.Ordinal));
        await HistoryReader.ReadAsync(database, id, history, cancellationToken);
        var before = (int)Math.Clamp((after ?? long.MaxValue) - 1, 0, history.Trades.Count);
        var page = history.Trades.Take(before).Select(Told).Reverse().Take(Limit(limit));
        return TypedResults.Ok<IReadOnlyList<PortfolioTrade>>([.. page]);
    }

    private static PortfolioTrade Told(RoundTrip trade, int index) => new(
        index + 1,
        trade.Instrument.Value,
        trade.Side.ToString(),
        trade.Quantity,
        trade.EntryPrice,
        trade.ExitPrice,
        trade.Commission,
        trade.Income,
        trade.ProfitAndLoss,
        DateTimeOffset.FromUnixTimeMilliseconds(trade.OpenedMs),
        DateTimeOffset.FromUnixTimeMilliseconds(trade.ClosedMs));

    private static async Task<Results<Ok<IReadOnlyList<FillView>>, ProblemHttpResult>> FillsAsync(
        string id, NpgsqlDataSource database, string? instrument, DateTimeOffset? before, long? after, int? limit, CancellationToken cancellationToken)
    {
        if (await GetPortfolios.FindAsync(database, id, cancellationToken) is null) return GetPortfolios.NotFound(id);

        await using var command = database.CreateCommand(
            """
            select f.seq_id, f.order_id, f.trade_id, o.instrument, o.side, f.quantity, f.price, f.commission, f.fee, f.fee_asset, f.at
            from fills f
            join orders o on o.order_id = f.order_id
            where o.account = $1 and ($2::bigint is null or f.seq_id < $2)
              and ($3::text is null or o.instrument = $3)
              and ($4::timestamptz is null or f.at < $4)
            order by f.seq_id desc
            limit $5
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)instrument ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)before?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = Limit(limit) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var fills = new List<FillView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            fills.Add(new FillView(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.GetDecimal(5),
                reader.GetDecimal(6),
                reader.GetDecimal(7),
                reader.IsDBNull(8) ? null : reader.GetDecimal(8),
                reader.IsDBNull(9) ? null : reader.GetString(9),
                reader.GetFieldValue<DateTimeOffset>(10)));
        }

        return TypedResults.Ok<IReadOnlyList<FillView>>(fills);
    }

    private static int Limit(int? limit) => Math.Clamp(limit ?? DefaultLimit, 1, MostRows);
}
