using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.Contracts.Orders;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Executions;

/// <summary>
/// <c>POST /executions</c>: an order that is worked in slices. Its id is a function of the account and the caller's
/// <c>Idempotency-Key</c>, which it must have. It is answered once the plan is committed; what no slice could ever be is 422 with the code.
/// </summary>
public static class StartExecution
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/executions", StartAsync)
        .WithName("SubmitExecution")
        .WithSummary("Works an order in slices: by time (Twap), by volume (Vwap), or so much of it shown at a time (Iceberg). The key names it for good.")
        .Produces<ExecutionView>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> StartAsync(
        SubmitExecution command, IdempotencyKey? key, AccountDesks desks, AccountLoader loader, VolumeProfiles volumes, CancellationToken cancellationToken)
    {
        if (key is null) return Problem.Invalid("idempotency_key_required", $"Expected the header {IdempotencyKey.Header}, which names the execution; found none.");
        if (desks.Find(command.Account) is not { } desk) return AccountDesks.NotFound(command.Account);
        if (OrderForm.ReadSubject(command.Instrument, command.Side, desk, out var instrument, out var side) is { } problem) return problem;
        if (!EnumName.TryRead<ExecutionAlgorithm>(command.Algorithm, out var algorithm))
            return Problem.Invalid("algorithm_invalid", $"Expected {string.Join(", ", Enum.GetNames<ExecutionAlgorithm>())}, found '{command.Algorithm}'.");

        // The key's time, and not this one, so that what is handled again after a crash is the same plan.
        var start = command.StartAt ?? key.NotedAt;
        if (ExecutionForm.WhyNot(command, algorithm, start, key.NotedAt) is { } why) return Problem.Invalid("execution_invalid", why);

        var id = ClientOrderId.ForRequest(command.Account, $"{key.Name}\nexecution").Value;
        var known = await loader.ReadExecutionAsync(id, cancellationToken);
        var profile = command.VolumeProfile;
        if (algorithm == ExecutionAlgorithm.Vwap && profile is null && known is null)
        {
            if (WhyNoProfile(command, start) is { } refused) return Problem.Invalid("execution_invalid", refused);

            profile = await ReadAsync(volumes, desk, instrument, start, command, cancellationToken);
            if (profile is null) return Problem.Refused("no_volume", $"Ingestion knows no volume of {instrument} at these times of the last days: expected a volumeProfile.");
        }

        var plan = new ExecutionPlan(
            id, command.Account, command.Strategy ?? OrderForm.Manual, instrument, side, command.Quantity, algorithm, command.LimitPrice, start, command.EndAt, command.Slices ?? profile?.Count ?? 0)
        {
            DisplayQuantity = command.DisplayQuantity,
            VolumeProfile = profile,
        };
        await desk.ListAsync([instrument], cancellationToken);
        var (denied, progress) = await desk.AskAsync(
            (engine, now) =>
            {
                var refused = known is null ? engine.Execute(plan, now) : null;
                return (refused, engine.FindExecution(id) ?? known);
            },
            null,
            cancellationToken,
            key.Value);
        return denied is var (code, reason)
            ? Problem.Refused(code, reason)
            : Results.Created($"/executions/{id}", GetExecutions.ViewOf(progress!));
    }

    private static string? WhyNoProfile(SubmitExecution command, DateTimeOffset start)
    {
        var time = command.EndAt!.Value - start;
        return time > VolumeProfiles.Longest || time < command.Slices!.Value * VolumeProfiles.ShortestSlice
            ? $"Without a volumeProfile expected slices of at least {VolumeProfiles.ShortestSlice.TotalSeconds:0} s within {VolumeProfiles.Longest.TotalHours:0} h, found {command.Slices} in {time}."
            : null;
    }

    private static async Task<IReadOnlyList<decimal>?> ReadAsync(
        VolumeProfiles volumes, AccountDesk desk, InstrumentId instrument, DateTimeOffset start, SubmitExecution command, CancellationToken cancellationToken)
    {
        try
        {
            return await volumes.ReadAsync(desk.Broker, instrument, start, command.EndAt!.Value, command.Slices!.Value, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new ProblemException(
                StatusCodes.Status503ServiceUnavailable, "ingestion_unreachable", $"Ingestion does not say what volume is usual of {instrument}: {e.Message}", retryable: true, e);
        }
    }
}
