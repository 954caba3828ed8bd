using AlgoStack.Gateway.Caching;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary>
/// <c>GET /udf/history?symbol=&amp;resolution=&amp;from=&amp;to=&amp;countback=</c>: bars that begin from one second on and before another, or so
/// many before <c>to</c>, whatever <c>from</c> is. Where there are none, <c>nextTime</c> says when the nearest one before begins.
/// </summary>
internal static class GetHistory
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/history", ReadAsync).CacheOutput(KeptAnswers.Prices).Produces<UdfBars>();

    private static async Task<IResult> ReadAsync([AsParameters] BarsAsked asked, CancellationToken cancellationToken)
    {
        if (!Resolution.TryParse(asked.Resolution, out var resolution)) return UdfError.Of(UdfQuery.ResolutionRefused(asked.Resolution));
        if (asked.Refuse(out var fromMs, out var toMs, out var most) is { } reason) return UdfError.Of(reason);
        if (await asked.Symbols.FindAsync(asked.Tape, asked.Symbol, cancellationToken) is not { } symbol)
            return UdfError.Of(GetSymbol.Unknown(asked.Symbol));

        var stored = await asked.Tape.GetTimeframesAsync(symbol.Id, cancellationToken);
        if (stored.Count == 0) return TypedResults.Ok(new UdfNoBars("no_data"));
        if (resolution.SourceOf(stored) is not { } source)
            return UdfError.Of($"{symbol.Id} has no bars that make {resolution}: there are {string.Join(", ", stored.Select(s => s.Timeframe))}");

        var bars = await asked.Charts.ReadAsync(symbol.Id, source, resolution, fromMs, toMs, most, cancellationToken);
        if (bars.BeginMs.Count > 0) return TypedResults.Ok(Told(bars));

        var next = fromMs is { } ms ? await asked.Charts.FindBeforeAsync(symbol.Id, source, resolution, ms, cancellationToken) : null;
        return next is { } before ? TypedResults.Ok(new UdfGap("no_data", before / 1_000)) : TypedResults.Ok(new UdfNoBars("no_data"));
    }

    private static UdfBars Told(ChartBars bars) => new(
        "ok", [.. bars.BeginMs.Select(ms => ms / 1_000)], bars.Open, bars.High, bars.Low, bars.Close, bars.Volume);
}

/// <summary>What a chart asks for, as it writes it.</summary>
internal sealed record BarsAsked(
    SymbolList Symbols, TapeClient Tape, ChartReader Charts, string? Symbol, string? Resolution, string? From, string? To, string? Countback)
{
    /// <param name="fromMs">Null where a number of bars is asked for.</param>
    public string? Refuse(out long? fromMs, out long toMs, out int most)
    {
        (fromMs, toMs, most) = (null, 0, ChartReader.MostBars);
        if (string.IsNullOrEmpty(Countback))
        {
            var refused = UdfQuery.Refuse(From, To, out var from, out toMs);
            fromMs = from;
            return refused;
        }

        if (!UdfQuery.TryCount(Countback, ChartReader.MostBars, out most)) return UdfQuery.CountRefused("countback", Countback);

        most = Math.Min(most, ChartReader.MostBars);
        return UdfQuery.TryTime(To, out toMs) ? null : UdfQuery.TimeRefused("to", To);
    }
}

internal sealed record UdfBars(
    string S,
    IReadOnlyList<long> T,
    IReadOnlyList<double> O,
    IReadOnlyList<double> H,
    IReadOnlyList<double> L,
    IReadOnlyList<double> C,
    IReadOnlyList<double> V);

/// <summary>Nothing there, and nothing before.</summary>
internal sealed record UdfNoBars(string S);

/// <summary>Nothing there, but before.</summary>
internal sealed record UdfGap(string S, long NextTime);
