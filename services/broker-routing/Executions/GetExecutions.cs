using System.Text.Json;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.Contracts.Orders;
using AlgoStack.Engine;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Executions;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Executions;

/// <summary><c>GET /executions?account=&amp;limit=</c>: parent orders, newest first; <c>/executions/{id}</c>: one with its slices.</summary>
public static class GetExecutions
{
    private const int DefaultLimit = 100;
    private const int MostRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/executions", (string? account, int? limit, NpgsqlDataSource database, CancellationToken cancellationToken) =>
                ReadAsync(database, account, null, Math.Clamp(limit ?? DefaultLimit, 1, MostRows), cancellationToken))
            .WithName("GetExecutions")
            .WithSummary("Orders that are worked in slices, newest first.");
        routes
            .MapGet("/executions/{id}", FindAsync)
            .WithName("GetExecution")
            .WithSummary("One order that is worked in slices, with its slices, oldest first.")
            .Produces<ExecutionView>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    internal static ExecutionView ViewOf(ExecutionProgress progress)
    {
        var (plan, stopped, ended) = (progress.Plan, progress.Stopped, progress.Ended);
        return new ExecutionView(
            plan.ExecutionId,
            plan.Account,
            plan.Strategy,
            plan.Instrument.Value,
            plan.Side.ToString(),
            plan.Quantity,
            // The book may be ahead of the blotter.
            Math.Max(progress.Traded, ended?.Traded ?? 0),
            progress.TradedValue == 0 ? null : progress.TradedValue / progress.Traded,
            plan.Algorithm.ToString(),
            ended is not null ? "Ended" : stopped is not null ? "Stopping" : "Working",
            ended?.Code ?? stopped?.Code,
            ended?.Reason ?? stopped?.Reason,
            plan.LimitPrice,
            plan.StartAt,
            plan.EndAt,
            plan.Slices,
            plan.DisplayQuantity,
            plan.VolumeProfile,
            progress.At,
            ended?.At);
    }

    private static async Task<IResult> FindAsync(string id, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (await ReadAsync(database, null, id, 1, cancellationToken) is not [var found]) return Problem.NotFound("execution_not_found", $"There is no execution {id}.");

        var slices = await GetOrders.ReadAsync(database, new OrderFilter(Execution: id, Limit: MostRows), cancellationToken);
        return Results.Ok(found with { Orders = [.. slices.Reverse()] });
    }

    private static async Task<IReadOnlyList<ExecutionView>> ReadAsync(NpgsqlDataSource database, string? account, string? id, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select requested, stopped, ended, coalesce(slices.traded, 0), coalesce(slices.traded_value, 0)
            from executions
            cross join lateral (select sum(filled) as traded, sum(traded_value) as traded_value from orders where execution = execution_id) as slices
            where ($1::text is null or account = $1) and ($2::text is null or execution_id = $2)
            order by requested_seq desc
            limit $3
            """);
        foreach (var value in (string?[])[account, id]) command.Parameters.Add(new NpgsqlParameter { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var executions = new List<ExecutionView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var requested = Read<ExecutionRequested>(0)!;
            executions.Add(ViewOf(new ExecutionProgress(requested.Plan, requested.At, Read<ExecutionStopped>(1), Read<ExecutionEnded>(2), reader.GetDecimal(3), reader.GetDecimal(4))));
        }

        return executions;

        T? Read<T>(int column)
            where T : class => reader.IsDBNull(column) ? null : JsonSerializer.Deserialize<T>(reader.GetString(column), StoredJson.Options);
    }
}
