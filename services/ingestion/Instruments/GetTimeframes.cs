using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.MarketData;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace AlgoStack.Ingestion.Instruments;

/// <summary><c>GET /instruments/timeframes?instrument=</c>: the timeframes in which the tape has bars of an instrument, and from when to when.</summary>
internal static class GetTimeframes
{
    public static async Task<Results<Ok<IReadOnlyList<StoredBars>>, ProblemHttpResult>> HandleAsync(
        string instrument, InstrumentRegistry instruments, NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        if (await instruments.FindAsync(instrument, cancellationToken) is not { } known)
        {
            return Problem.NotFound("instrument_unknown", $"No bars of '{instrument}'.");
        }

        // The ledger has a row a day, and keeps those of archived months.
        await using var command = database.CreateCommand(
            """
            select timeframe_s, sum(bars)::bigint, min(first_at), max(last_at)
            from ledger
            where instrument = $1
            group by timeframe_s
            order by timeframe_s
            """);
        command.Parameters.Add(new() { Value = known.Id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var stored = new List<StoredBars>();
        while (await reader.ReadAsync(cancellationToken))
        {
            stored.Add(new StoredBars(
                new Timeframe(reader.GetInt32(0) * 1_000L).ToString(),
                reader.GetInt64(1),
                new DateTimeOffset(reader.GetDateTime(2)),
                new DateTimeOffset(reader.GetDateTime(3))));
        }

        return TypedResults.Ok<IReadOnlyList<StoredBars>>(stored);
    }
}
