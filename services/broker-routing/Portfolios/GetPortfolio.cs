using System.Text.Json;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.BrokerRouting.Positions;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary><c>GET /portfolio?session=</c>: a session's account, its balances, positions and the curve of its equity.</summary>
public static class GetPortfolio
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/portfolio", ReadAsync)
        .WithName("GetPortfolio")
        .WithSummary("A session's account: its balances, positions and the curve of its equity.")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<PortfolioView>, ProblemHttpResult>> ReadAsync(
        NpgsqlDataSource database, TradingSwitch trading, string? session, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select account, session_id, as_of, balances from accounts
            where $1::text is null or session_id = $1
            order by last_commit_at desc
            limit 1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)session ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return Problem.NotFound("account_not_found", $"No account has traded in session {session ?? "(any)"} yet.");
        }

        var account = reader.GetString(0);
        return TypedResults.Ok(new PortfolioView(
            account,
            reader.GetString(1),
            trading.State.ToString(),
            reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2),
            ReadBalances(reader.GetString(3)),
            await GetPositions.ReadAsync(database, account, cancellationToken),
            await GetEquity.ReadAsync(database, account, null, null, null, cancellationToken)));
    }

    public static IReadOnlyList<BalanceView> ReadBalances(string json) =>
        JsonSerializer.Deserialize<IReadOnlyList<BalanceView>>(json, StoredJson.Options) ?? [];
}
