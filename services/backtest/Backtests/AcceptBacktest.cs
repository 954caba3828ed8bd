using AlgoStack.Backtesting;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Simulation;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// Puts a backtest in its stream and in the queue, once it is clear that it can run: what cannot is refused at once, with a
/// code, what was expected and what was found.
/// </summary>
public sealed class AcceptBacktest(TapeClient tape, EventLog log, BacktestTable backtests, BacktestQueue queue, TimeProvider clock)
{
    private const int MostCandidates = 10;

    /// <summary>202 with the backtest, or the problem.</summary>
    /// <param name="key">Of the request: the backtest's id is made from it.</param>
    public async Task<Results<Accepted<BacktestView>, ProblemHttpResult>> HandleAsync(
        StartBacktest request, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        try
        {
            return (PlanProblem(request) ?? await DataProblemAsync(request, cancellationToken)) is { } problem
                ? problem
                : await StartAsync(request, key, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            return TapeAway(e);
        }
    }

    public static ProblemHttpResult TapeAway(HttpRequestException e) => Problem.Unavailable("tape_unavailable", $"The tape cannot be read: {e.Message}");

    /// <summary>The instrument of an id, or of a symbol that only one instrument has.</summary>
    public async Task<(string? Id, ProblemHttpResult? Problem)> FindInstrumentAsync(string? symbol, CancellationToken cancellationToken)
    {
        var known = await tape.GetInstrumentsAsync(cancellationToken);
        if (symbol is not null && known.ContainsKey(symbol)) return (symbol, null);

        var named = known.Keys.Where(id => string.Equals(new InstrumentId(id).Symbol, symbol, StringComparison.OrdinalIgnoreCase)).ToList();
        return named switch
        {
            [var one] => (one, null),
            [] => (null, UnknownSymbol(known.Keys, symbol)),
            _ => (null, Problem.Invalid("symbol_ambiguous", $"Symbol: expected one of {string.Join(", ", named.Order(StringComparer.Ordinal))}; found '{symbol}'.")),
        };
    }

    private static ProblemHttpResult? PlanProblem(StartBacktest request)
    {
        try
        {
            using var run = new BacktestRun(new ModelText().Settings(), Timeframe.Minute, Plans.Strategies(request.Strategies));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return Problem.Invalid("strategy_invalid", e.Message);
        }

        try
        {
            Plans.Settings(request.Models);
        }
        catch (FormatException e)
        {
            return Problem.Invalid("models_invalid", e.Message);
        }

        return null;
    }

    private async Task<ProblemHttpResult?> DataProblemAsync(StartBacktest request, CancellationToken cancellationToken)
    {
        if (request.SessionId is { } session)
        {
            return await tape.FindSessionAsync(session, cancellationToken) switch
            {
                null => Problem.NotFound("session_unknown", $"There is no session {session}."),
                { LastSequence: 0 } => Problem.Invalid("range_empty", $"Session {session}: expected bars, found none announced."),
                _ => null,
            };
        }

        if (!Timeframe.TryParse(request.Timeframe, out var timeframe))
            return Problem.Invalid("timeframe_invalid", $"Timeframe: expected such as 1m, 1h or 1d, found '{request.Timeframe}'.");

        var known = await tape.GetInstrumentsAsync(cancellationToken);
        foreach (var id in request.Instruments!)
        {
            if (id is null || !known.ContainsKey(id)) return UnknownSymbol(known.Keys, id);
        }

        if (StrangerOf(request) is { } stranger)
        {
            return Problem.Invalid(
                "strategy_invalid", $"Strategies: expected instruments among {string.Join(", ", request.Instruments!)}, found {stranger}.");
        }

        foreach (var id in request.Instruments!)
        {
            var bars = await tape.GetHistoryAsync(id, timeframe.ToString(), request.From, request.To, limit: 1, cancellationToken);
            if (bars.Count > 0) return null;
        }

        return Problem.Invalid(
            "range_empty",
            $"Range: expected {timeframe} bars of {string.Join(", ", request.Instruments!)} from {request.From?.ToString("O") ?? "the first"} " +
            $"to {request.To?.ToString("O") ?? "the last"}, found none on the tape.");
    }

    /// <summary>An instrument that a strategy is to trade and that the bars are not of.</summary>
    private static string? StrangerOf(StartBacktest request) =>
        request.Strategies?.SelectMany(s => s.Instruments ?? []).FirstOrDefault(id => !request.Instruments!.Contains(id, StringComparer.Ordinal));

    private async Task<Results<Accepted<BacktestView>, ProblemHttpResult>> StartAsync(
        StartBacktest request, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (queue.IsFull) return Problem.Unavailable("queue_full", "Too many backtests wait already.");

        var now = clock.GetUtcNow();
        var started = new BacktestStarted((key?.Id ?? Guid.CreateVersion7(now)).ToString("n"), request, now);
        var path = $"/api/backtest/{started.BacktestId}";
        try
        {
            var session = log.OpenSession();
            session.StartStream(BacktestStarted.StreamOf(started.BacktestId), started);
            await session.SaveChangesAsync(cancellationToken);
        }
        catch (StreamExistsException)
        {
            // Started by the same request already, whose answer got lost.
            return TypedResults.Accepted(path, (await backtests.FindAsync(started.BacktestId, cancellationToken))!.View);
        }

        await queue.EnqueueAsync(started, cancellationToken);
        return TypedResults.Accepted(path, BacktestTable.Waiting(started));
    }

    private static ProblemHttpResult UnknownSymbol(IEnumerable<string> instruments, string? symbol)
    {
        var known = instruments.Order(StringComparer.Ordinal).ToList();
        var near = symbol is { Length: > 0 } ? known.FindAll(id => id.Contains(symbol, StringComparison.OrdinalIgnoreCase)) : [];
        var shown = near.Concat(known.Except(near, StringComparer.Ordinal)).Take(MostCandidates).ToList();
        var more = known.Count > shown.Count ? $" and {known.Count - shown.Count} more" : "";
        var candidates = known.Count == 0 ? "which has none" : $"as {string.Join(", ", shown)}{more}";
        return Problem.NotFound("symbol_unknown", $"Symbol: expected an instrument of the tape, {candidates}; found '{symbol}'.");
    }
}
