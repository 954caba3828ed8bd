using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Orders;
using AlgoStack.ServiceDefaults.Problems;

namespace AlgoStack.BrokerRouting.Executions;

/// <summary><c>DELETE /executions/{id}</c>: no slice leaves any more, and what works is taken back. It is answered 202 once the wish is committed.</summary>
public static class CancelExecution
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapDelete("/executions/{id}", CancelAsync)
        .WithName("CancelExecution")
        .WithSummary("Ends an order that is worked in slices: no slice leaves any more, and what works is taken back. What has traded stays.")
        .Produces<ExecutionView>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> CancelAsync(string id, AccountDesks desks, AccountLoader loader, CancellationToken cancellationToken)
    {
        if (await loader.ReadExecutionAsync(id, cancellationToken) is not { } stored || desks.Find(stored.Plan.Account) is not { } desk)
            return Problem.NotFound("execution_not_found", $"There is no execution {id} of an account at a venue.");

        var progress = await desk.AskAsync(
            (engine, now) =>
            {
                engine.CancelExecution(id, "asked for", now);
                return engine.FindExecution(id) ?? stored;
            },
            null,
            cancellationToken);
        return Results.Accepted($"/executions/{id}", GetExecutions.ViewOf(progress));
    }
}
