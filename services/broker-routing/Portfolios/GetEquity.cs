using AlgoStack.Contracts.Portfolio;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary><c>GET /portfolios/{id}/equity?currency=&amp;from=&amp;to=</c>: the curve of cash and equity, each currency by itself.</summary>
public static class GetEquity
{
    private const int MostPoints = 2_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/portfolios/{id}/equity", AnswerAsync)
        .WithName("GetPortfolioEquity")
        .WithSummary("The curve of cash and equity, oldest first, at most 2,000 points a currency.")
        .ProducesProblem(StatusCodes.Status404NotFound);

    /// <summary>Thinned evenly to the bound, the newest point always in it.</summary>
    /// <param name="from">Null, as <paramref name="to"/>, for no bound; both are in it.</param>
    public static async Task<IReadOnlyList<EquityPoint>> ReadAsync(
        NpgsqlDataSource database, string account, string? currency, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select at, currency, cash, equity
            from (
                select at, currency, cash, equity,
                    row_number() over (partition by currency order by sequence desc) - 1 as age,
                    count(*) over (partition by currency) as points
                from equity
                where account = $1
                  and ($2::text is null or currency = $2)
                  and ($3::timestamptz is null or at >= $3)
                  and ($4::timestamptz is null or at <= $4)
            ) as curve
            where age % greatest(1, ceil(points / {MostPoints}.0)::bigint) = 0
            order by at, currency
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)currency ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        foreach (var bound in (DateTimeOffset?[])[from, to])
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)bound?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var curve = new List<EquityPoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            curve.Add(new EquityPoint(reader.GetFieldValue<DateTimeOffset>(0), reader.GetString(1), reader.GetDecimal(2), reader.GetDecimal(3)));
        }

        return curve;
    }

    private static async Task<Results<Ok<IReadOnlyList<EquityPoint>>, ProblemHttpResult>> AnswerAsync(
        string id, NpgsqlDataSource database, string? currency, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken) =>
        await GetPortfolios.FindAsync(database, id, cancellationToken) is null
            ? GetPortfolios.NotFound(id)
            : TypedResults.Ok(await ReadAsync(database, id, currency, from, to, cancellationToken));
}
