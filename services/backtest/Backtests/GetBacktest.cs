using System.Text.Json;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// <c>GET /api/backtest?symbol=&amp;strategy=&amp;state=&amp;before=&amp;limit=</c>: the newest first, without their curves.
/// <c>GET /api/backtest/{id}</c>: how far it is, and its report. <c>GET /api/backtest/{id}/trades?after=&amp;limit=</c>: what it
/// closed. <c>GET /api/backtest/events?backtest=&amp;kind=&amp;after=&amp;limit=</c>: what came of it, in order; <c>after</c> is
/// the number of the last one seen.
/// </summary>
public static class GetBacktest
{
    private const int DefaultRows = 50;
    private const int MostRows = 500;

    private const int DefaultLimit = 1_000;
    private const int MostLines = 10_000;

    private static readonly string[] States = ["waiting", "running", "completed", "failed", "canceled"];

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/backtest", ListAsync).ProducesProblem(StatusCodes.Status400BadRequest);
        routes.MapGet("/api/backtest/events", ReadEventsAsync).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/api/backtest/{id}", ReadAsync).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/api/backtest/{id}/trades", ReadTradesAsync)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    public static ProblemHttpResult Unknown(string id) => Problem.NotFound("backtest_unknown", $"There is no backtest {id}.");

    /// <param name="symbol">An instrument's id, or the symbol of any venue.</param>
    /// <param name="before">The backtest that the page before this one ended with.</param>
    private static async Task<Results<Ok<List<BacktestView>>, ProblemHttpResult>> ListAsync(
        NpgsqlDataSource database,
        EventLog log,
        string? symbol,
        string? strategy,
        string? state,
        string? before,
        int? limit,
        CancellationToken cancellationToken)
    {
        if (state is not null && !States.Contains(state, StringComparer.Ordinal))
            return Problem.Invalid("state_invalid", $"State: expected {string.Join(", ", States)}, found '{state}'.");
        if (limit is < 1 or > MostRows) return Problem.Invalid("limit_invalid", $"Limit: expected 1 to {MostRows}, found {limit}.");

        await using var command = database.CreateCommand(
            """
            select (data -> 'View') - 'Curve' from backtests
            where ($1::text is null or id < $1)
              and ($2::text is null or exists (
                  select from jsonb_array_elements_text(instruments) i where i = $2 or starts_with(i, $2 || '.')))
              and ($3::text is null or exists (select from jsonb_array_elements(strategies) s where s ->> 'Name' = $3))
              and ($4::text is null or state = $4)
            order by id desc
            limit $5
            """);
        foreach (var text in (string?[])[before is null ? null : BacktestStarted.StreamOf(before), symbol, strategy, state])
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)text ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit ?? DefaultRows });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<BacktestView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var view = JsonSerializer.Deserialize<BacktestView>(reader.GetFieldValue<byte[]>(0), log.Types.Json)!;
            found.Add(view with { Curve = [] });
        }

        return TypedResults.Ok(found);
    }

    private static async Task<Results<Ok<BacktestView>, ProblemHttpResult>> ReadAsync(
        string id, BacktestTable backtests, CancellationToken cancellationToken) =>
        await backtests.FindAsync(id, cancellationToken) is { } backtest ? TypedResults.Ok(backtest.View) : Unknown(id);

    private static async Task<Results<Ok<IReadOnlyList<BacktestTrade>>, ProblemHttpResult>> ReadTradesAsync(
        string id, BacktestTable backtests, TradeTable trades, CancellationToken cancellationToken, long after = 0, int limit = DefaultLimit) =>
        limit is < 1 or > MostLines ? Problem.Invalid("limit_invalid", $"Limit: expected 1 to {MostLines}, found {limit}.")
        : await backtests.FindAsync(id, cancellationToken) is null ? Unknown(id)
        : TypedResults.Ok(await trades.ReadAsync(id, after, limit, cancellationToken));

    private static async Task<Results<Ok<IEnumerable<NumberedEvent>>, ProblemHttpResult>> ReadEventsAsync(
        EventLog log, string backtest, CancellationToken cancellationToken, string? kind = null, long after = 0, int limit = DefaultLimit)
    {
        var events = await log.OpenSession().FetchStreamAsync(BacktestStarted.StreamOf(backtest), cancellationToken: cancellationToken);
        if (events.Count == 0) return Unknown(backtest);

        var begun = events.ToList().FindLastIndex(e => e.Data is BacktestBegun);
        return TypedResults.Ok(events.Skip(begun + 1).Select(e => e.Data).OfType<BacktestAdvanced>()
            .SelectMany(a => a.Events)
            .Select((e, i) => new NumberedEvent(i + 1L, e.Kind, e.Id, e.Instrument, e.Strategy, e.Detail, e.At))
            .Where(e => e.Number > after && (kind is null || e.Kind == kind))
            .Take(Math.Clamp(limit, 1, MostLines)));
    }

    /// <summary>A <see cref="ReplayedEvent"/> and its place, from 1.</summary>
    private sealed record NumberedEvent(
        long Number, string Kind, string Id, string? Instrument, string? Strategy, string Detail, DateTimeOffset At);
}
