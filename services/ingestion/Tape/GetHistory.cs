using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Trading.MarketData;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>
/// <c>GET /history</c>: bars of one instrument by close time, both ends included, the latest revision of each; the newest
/// ones where there are more than <c>limit</c>. Columns as JSON, or in binary for who accepts <see cref="BarColumns.MediaType"/>.
/// </summary>
internal static class GetHistory
{
    public const int DefaultLimit = 1_000;
    public const int MostBars = 1_000_000;

    public static async Task<IResult> HandleAsync(
        string instrument,
        HttpRequest request,
        InstrumentRegistry instruments,
        NpgsqlDataSource database,
        CancellationToken cancellationToken,
        string timeframe = "1m",
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        int limit = DefaultLimit)
    {
        if (!Timeframe.TryParse(timeframe, out var span))
        {
            return Problem.Invalid(
                "timeframe_invalid", $"Timeframe: expected a count and s, m, h, d or w, as in 5m, found '{timeframe}'.");
        }

        if (limit is < 1 or > MostBars)
        {
            return Problem.Invalid("limit_invalid", $"Limit: expected 1 to {MostBars}, found {limit}.");
        }

        if (await instruments.FindAsync(instrument, cancellationToken) is not { } known)
        {
            return Problem.NotFound("instrument_unknown", $"No bars of '{instrument}'.");
        }

        var bars = await ReadAsync(database, known, span, from, to, limit, cancellationToken);
        return request.Headers.Accept.ToString().Contains(BarColumns.MediaType, StringComparison.OrdinalIgnoreCase)
            ? TypedResults.Stream(body => bars.WriteAsync(body, cancellationToken), BarColumns.MediaType)
            : TypedResults.Ok(bars);
    }

    private static async Task<BarColumns> ReadAsync(
        NpgsqlDataSource database,
        RegisteredInstrument instrument,
        Timeframe timeframe,
        DateTimeOffset? from,
        DateTimeOffset? to,
        int limit,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select distinct on (closed_at) closed_at, open, high, low, close, volume
            from bars
            where instrument = $1 and timeframe_s = $2 and closed_at between $3 and $4
            order by closed_at desc, revision desc
            limit $5
            """);
        command.Parameters.Add(new() { Value = instrument.Id });
        command.Parameters.Add(new() { Value = (int)(timeframe.Milliseconds / 1_000) });
        command.Parameters.Add(new() { Value = from?.UtcDateTime ?? DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc) });
        command.Parameters.Add(new() { Value = to?.UtcDateTime ?? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc) });
        command.Parameters.Add(new() { Value = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var newestFirst = new List<Bar>();
        while (await reader.ReadAsync(cancellationToken))
        {
            newestFirst.Add(new Bar(
                PostgresTime.ToMs(reader.GetDateTime(0)),
                reader.GetDouble(1),
                reader.GetDouble(2),
                reader.GetDouble(3),
                reader.GetDouble(4),
                reader.GetDouble(5)));
        }

        var columns = new BarColumnsBuilder(newestFirst.Count);
        for (var i = newestFirst.Count - 1; i >= 0; i--) columns.Add(0, newestFirst[i]);
        return columns.Build([instrument.Terms.Id]);
    }
}
