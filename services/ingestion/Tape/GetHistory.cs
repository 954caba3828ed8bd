using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.MarketData;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Ingestion.Tape;

/// <summary>
/// <c>GET /history</c>: bars of one instrument by close time; <c>GET /history/{kind}</c>: rows of any kind, of an instrument
/// or a series. Both ends are included. The latest revision of each row, or what had been written by <c>asOf</c> or with
/// <c>revision</c>; the newest rows where there are more than <c>limit</c>. Columns as JSON, or in binary for who accepts
/// <see cref="BarColumns.MediaType"/> or <see cref="TapeBlock.MediaType"/>.
/// </summary>
internal static class GetHistory
{
    public const int DefaultLimit = 1_000;
    public const int MostRows = 1_000_000;

    public static Task<IResult> BarsAsync([AsParameters] HistoryQuery query, CancellationToken cancellationToken) =>
        KindAsync(Bars.Kind.Name, query, cancellationToken);

    public static async Task<IResult> KindAsync(string kind, [AsParameters] HistoryQuery query, CancellationToken cancellationToken)
    {
        if (TapeKinds.Find(kind) is not { } of)
        {
            return Problem.NotFound("kind_unknown", $"Kind: expected {string.Join(", ", TapeKinds.All.Select(k => k.Name))}, found '{kind}'.");
        }

        if (query.Refuse(of, out var timeframe) is { } refusal) return refusal;

        var name = (of.IsOfInstruments ? query.Instrument : query.Series) ?? "";
        var subject = of.IsOfInstruments
            ? (await query.Instruments.FindAsync(name, cancellationToken))?.Id
            : await query.AllSeries.FindAsync(name, cancellationToken);
        if (subject is not { } id)
        {
            return Problem.NotFound(of.IsOfInstruments ? "instrument_unknown" : "series_unknown", $"No {of.Name} of '{name}'.");
        }

        var rows = await query.History.ReadAsync(of, await RangeAsync(of, query, id, timeframe, cancellationToken), query.Limit ?? DefaultLimit, cancellationToken);
        var accepted = query.Request.Headers.Accept.ToString();
        if (of == Bars.Kind)
        {
            var bars = Bars.Columns(rows, [name]);
            return accepted.Contains(BarColumns.MediaType, StringComparison.OrdinalIgnoreCase)
                ? TypedResults.Stream(body => bars.WriteAsync(body, cancellationToken), BarColumns.MediaType)
                : TypedResults.Ok(bars);
        }

        var block = rows.ToBlock([name]);
        return accepted.Contains(TapeBlock.MediaType, StringComparison.OrdinalIgnoreCase)
            ? TypedResults.Stream(body => block.WriteAsync(body, cancellationToken), TapeBlock.MediaType)
            : TypedResults.Ok(block);
    }

    private static async Task<TapeRange> RangeAsync(
        TapeKind kind, HistoryQuery query, int subject, Timeframe timeframe, CancellationToken cancellationToken)
    {
        var revision = query.Revision ?? long.MaxValue;
        if (query.AsOf is { } at) revision = Math.Min(revision, await query.History.RevisionAsync(kind, at, cancellationToken));
        return new TapeRange(
            [subject],
            kind.Scope is null ? 0 : Bars.Scope(timeframe),
            query.From is { } from ? kind.FromTime(from.UtcDateTime) : long.MinValue,
            query.To is { } to ? kind.FromTime(to.UtcDateTime) : long.MaxValue,
            revision,
            query.KnownBy,
            string.Equals(query.Vintages, "all", StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>What is asked of history.</summary>
/// <param name="AsOf">Only what had been written by then.</param>
/// <param name="Revision">Only what had been written with it or before.</param>
/// <param name="KnownBy">Of a series: the vintages that its publisher had given by that day.</param>
/// <param name="Vintages"><c>all</c> for every vintage of a series, else the latest of each date.</param>
internal sealed record HistoryQuery(
    HttpRequest Request,
    InstrumentRegistry Instruments,
    SeriesRegistry AllSeries,
    TapeHistory History,
    string? Instrument,
    string? Series,
    string? Timeframe,
    DateTimeOffset? From,
    DateTimeOffset? To,
    int? Limit,
    DateTimeOffset? AsOf,
    long? Revision,
    DateOnly? KnownBy,
    string? Vintages)
{
    public ProblemHttpResult? Refuse(TapeKind kind, out Timeframe timeframe)
    {
        timeframe = Trading.MarketData.Timeframe.Minute;
        if (kind.Scope is not null && Timeframe is not null && !Trading.MarketData.Timeframe.TryParse(Timeframe, out timeframe))
        {
            return Problem.Invalid(
                "timeframe_invalid", $"Timeframe: expected a count and s, m, h, d or w, as in 5m, found '{Timeframe}'.");
        }

        return Limit is < 1 or > GetHistory.MostRows
            ? Problem.Invalid("limit_invalid", $"Limit: expected 1 to {GetHistory.MostRows}, found {Limit}.")
            : null;
    }
}
