using AlgoStack.BrokerRouting.Orders;
using AlgoStack.BrokerRouting.Positions;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>
/// <c>GET /portfolios</c>, <c>/portfolios/{id}</c>, <c>/portfolios/{id}/positions?cost=</c>: one portfolio an account, those of
/// sessions and those at venues, by the account's name.
/// </summary>
public static class GetPortfolios
{
    private const int MostRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/portfolios", (NpgsqlDataSource database, CancellationToken cancellationToken) => ReadAsync(database, null, cancellationToken))
            .WithName("GetPortfolios")
            .WithSummary("All accounts, those of sessions and those at venues, with their balances; the newest first.");
        routes
            .MapGet("/portfolios/{id}", DetailAsync)
            .WithName("GetPortfolioById")
            .WithSummary("One account with its balances and what of them is exposed.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes
            .MapGet("/portfolios/{id}/positions", PositionsAsync)
            .WithName("GetPortfolioPositions")
            .WithSummary("Its net positions, open ones first, at average cost or first in first out.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>Null where there is no such account, or nothing is known of it yet.</summary>
    public static async Task<PortfolioSummary?> FindAsync(NpgsqlDataSource database, string id, CancellationToken cancellationToken) =>
        await ReadAsync(database, id, cancellationToken) is [var found] ? found : null;

    public static ProblemHttpResult NotFound(string id) =>
        Problem.NotFound("portfolio_not_found", $"There is no account '{id}', or nothing is known of it yet.");

    private static async Task<IReadOnlyList<PortfolioSummary>> ReadAsync(NpgsqlDataSource database, string? account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            select account, session_id, null as venue, as_of, balances from accounts where $1::text is null or account = $1
            union all
            select v.account, null, a.venue, v.as_of, v.balances
            from valuations v left join venue_accounts a on a.account = v.account
            where $1::text is null or v.account = $1
            order by as_of desc nulls last, account
            limit {MostRows}
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)account ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var portfolios = new List<PortfolioSummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            portfolios.Add(new PortfolioSummary(
                reader.GetString(0),
                reader.IsDBNull(1) ? null : reader.GetString(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3),
                GetPortfolio.ReadBalances(reader.GetString(4))));
        }

        return portfolios;
    }

    private static async Task<Results<Ok<PortfolioDetail>, ProblemHttpResult>> DetailAsync(
        string id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (await FindAsync(database, id, cancellationToken) is not { } found) return NotFound(id);

        var positions = await GetPositions.ReadAsync(database, id, cancellationToken);
        var exposures = found.Balances.Select(b => ExposureOf(b, [.. positions.Where(p => p.Quantity != 0 && p.Currency == b.Currency)]));
        return TypedResults.Ok(new PortfolioDetail(id, found.SessionId, found.Venue, found.AsOf, found.Balances, [.. exposures]));
    }

    private static ExposureView ExposureOf(BalanceView balance, IReadOnlyList<PositionView> held)
    {
        var exposure = new CurrencyExposure(balance.Equity, [.. held.Select(p => p.Quantity * (p.LastPrice ?? p.AveragePrice))]);
        return new ExposureView(
            balance.Currency,
            exposure.Gross,
            exposure.Net,
            exposure.ShareOf(exposure.Gross),
            exposure.ShareOf(exposure.Net),
            held.Sum(p => p.UnrealizedPnl ?? 0),
            [.. held.Select((p, i) => new InstrumentExposure(p.Instrument, p.Quantity, p.LastPrice, exposure.Values[i], exposure.ShareOf(exposure.Values[i])))]);
    }

    private static async Task<Results<Ok<IReadOnlyList<PositionView>>, ProblemHttpResult>> PositionsAsync(
        string id, NpgsqlDataSource database, string? cost, CancellationToken cancellationToken)
    {
        if (!EnumName.TryRead<CostMethod>(cost ?? nameof(CostMethod.Average), out var method, StringComparison.OrdinalIgnoreCase))
            return Problem.Invalid("cost_invalid", $"Expected average or fifo, found '{cost}'.");
        if (await FindAsync(database, id, cancellationToken) is null) return NotFound(id);

        var positions = await GetPositions.ReadAsync(database, id, cancellationToken);
        if (method == CostMethod.Average) return TypedResults.Ok(positions);

        var history = new PortfolioHistory(new Dictionary<string, decimal>(StringComparer.Ordinal));
        await HistoryReader.ReadAsync(database, id, history, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<PositionView>>([.. positions.Select(p => FirstInFirstOut(p, history.LotsOf(new InstrumentId(p.Instrument))))]);
    }

    private static PositionView FirstInFirstOut(PositionView position, PositionLots lots)
    {
        var (quantity, average, realized) = lots.FirstInFirstOut;
        return position with
        {
            Quantity = quantity,
            AveragePrice = average,
            RealizedPnl = realized,
            UnrealizedPnl = quantity == 0 ? 0 : (position.LastPrice - average) * quantity,
            Lots = [.. lots.Open.Select(l => new LotView(l.OpenedAt, l.Quantity, l.Price, l.Commission))],
        };
    }
}
