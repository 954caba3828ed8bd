using AlgoStack.Contracts.Backtests;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary><c>GET /portfolios/{id}/statistics</c>: how each currency of an account has done, at most half a minute old.</summary>
public static class GetStatistics
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/portfolios/{id}/statistics", ReadAsync)
        .WithName("GetPortfolioStatistics")
        .WithSummary("How each currency of an account has done, as a backtest says it; at most 30 s old.")
        .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<IReadOnlyList<BacktestStatistics>>, ProblemHttpResult>> ReadAsync(
        string id, NpgsqlDataSource database, StatisticsCache statistics, CancellationToken cancellationToken) =>
        await GetPortfolios.FindAsync(database, id, cancellationToken) is null
            ? GetPortfolios.NotFound(id)
            : TypedResults.Ok(await statistics.GetAsync(id, cancellationToken));
}
