using AlgoStack.BrokerRouting.Accounts;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using Command = AlgoStack.Contracts.Portfolio.TellCorporateAction;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>
/// <c>POST /corporate-actions</c>: a split or a dividend, told to every account at the instrument's venue. Told again it changes
/// nothing, and says what has come of it.
/// </summary>
public static class TellCorporateAction
{
    // The largest position that is split, or paid for, so is still one that can be counted.
    private const decimal LeastShares = 0.0001m;
    private const decimal MostShares = 10_000;
    private const decimal MostAmount = 1_000_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/corporate-actions", TellAsync)
        .RequireScope(TokenScopes.Admin)
        .WithName("TellCorporateAction")
        .WithSummary("Tells of a split or a dividend. Every account at the venue books it once, at its ex-date.")
        .Produces<CorporateActionView>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> TellAsync(Command command, AccountDesks desks, CancellationToken cancellationToken)
    {
        if (!InstrumentId.TryParse(command.Instrument, out var instrument, out var error)) return Problem.Invalid("instrument_invalid", error);
        if (!InstrumentNaming.IsEquity(instrument)) return Problem.Refused("not_a_share", $"Expected a share, found {instrument}.");
        if (ActionOf(command, instrument) is not { } action)
            return Problem.Invalid("action_invalid", $"Expected a split with new, and old, from {LeastShares} to {MostShares}, or a dividend with an amount above zero and up to {MostAmount}, and nothing of the other.");

        var told = desks.All.Where(d => d.Venue == instrument.Venue).OrderBy(d => d.Account, StringComparer.Ordinal).ToList();
        if (told.Exists(d => !d.Broker.Capabilities.HasCorporateActions))
            return Problem.Refused("no_corporate_actions", $"{instrument.Venue} knows of no splits and pays no dividends: what is booked here, its own book would not have.");

        var accounts = new List<CorporateActionInAccount>();
        foreach (var desk in told)
        {
            var newest = await desk.AskAsync((engine, now) => engine.Tell(action, now) ? engine.FindAction(action.Id) : null, null, cancellationToken);
            if (newest is null) return Problem.Refused("action_differs", $"{desk.Account} was told of {action.Id} with other terms.");

            accounts.Add(Told(newest));
        }

        return Results.Ok(new CorporateActionView(action.Id, accounts));
    }

    private static CorporateAction? ActionOf(Command command, InstrumentId instrument)
    {
        var exMs = command.ExAt.ToUnixTimeMilliseconds();
        return command switch
        {
            { Kind: "split", New: >= LeastShares and <= MostShares and var shares, Old: null or (>= LeastShares and <= MostShares), Amount: null } => new Split(instrument, exMs, shares, command.Old ?? 1),
            { Kind: "dividend", New: null, Old: null, Amount: > 0 and <= MostAmount and var amount } => new CashDividend(instrument, exMs, amount),
            _ => null,
        };
    }

    private static CorporateActionInAccount Told(CorporateActionEvent newest) => newest switch
    {
        CorporateActionBooked booked => new(booked.Account, "Booked", booked.Quantity, booked.Due, null),
        CorporateActionPaid paid => new(paid.Account, "Paid", 0, paid.Amount, null),
        CorporateActionDropped dropped => new(dropped.Account, "Dropped", 0, 0, dropped.Reason),
        _ => new(newest.Account, "Waiting", 0, 0, null),
    };
}
