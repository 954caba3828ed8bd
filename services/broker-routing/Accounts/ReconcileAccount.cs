using AlgoStack.Contracts.Portfolio;
using AlgoStack.ServiceDefaults.Problems;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>
/// <c>POST /accounts/{account}/reconcile</c> compares the account with its venue now; <c>/drifts/resolve</c> is a person's word on
/// what they do not agree on.
/// </summary>
public static class ReconcileAccount
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapPost("/accounts/{account}/reconcile", ReconcileAsync)
            .WithName("ReconcileAccount")
            .WithSummary("Compares the account with its venue now.")
            .Produces<AccountAsked>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes
            .MapPost("/accounts/{account}/drifts/resolve", ResolveAsync)
            .WithName("ResolveDrift")
            .WithSummary("Takes a person's word on what the books and the venue do not agree on.")
            .Produces<AccountAsked>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReconcileAsync(string account, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (desks.Find(account) is not { } desk) return AccountDesks.NotFound(account);

        await desk.AskAsync(
            (engine, now) =>
            {
                engine.Reconcile(now);
                return true;
            },
            null,
            cancellationToken);
        return Results.Accepted($"/accounts/{account}", new AccountAsked(account));
    }

    private static async Task<IResult> ResolveAsync(string account, ResolveDrift command, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (desks.Find(account) is not { } desk) return AccountDesks.NotFound(account);
        if (string.IsNullOrWhiteSpace(command.Reason)) return Problem.Invalid("reason_required", "Expected a reason, found none.");
        if (string.IsNullOrEmpty(command.DriftId)) return Problem.Invalid("drift_required", "Expected the id of a drift, found none.");

        var why = await desk.AskAsync((engine, now) => engine.Resolve(command.DriftId, command.Adopt, command.Reason, now), null, cancellationToken);
        return why is null ? Results.Accepted($"/accounts/{account}", new AccountAsked(account)) : Problem.NotFound("drift_not_found", why);
    }
}
