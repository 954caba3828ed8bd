using System.Text.Json.Serialization;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary><c>GET /udf/symbol_info?group=</c>: all instruments of a venue, in columns, for charts in group mode.</summary>
internal static class GetSymbolGroup
{
    private const int MostAtOnce = 8;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/symbol_info", ReadAsync).Produces<UdfSymbolGroup>();

    private static async Task<IResult> ReadAsync(string? group, SymbolList symbols, TapeClient tape, CancellationToken cancellationToken)
    {
        Symbol[] wanted = [.. (await symbols.ReadAsync(tape, cancellationToken)).Where(s => s.Venue == group)];
        if (wanted.Length == 0) return UdfError.Of(string.IsNullOrEmpty(group) ? "group: expected a venue, found none" : $"unknown_group {group}");

        var told = new UdfSymbol[wanted.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, wanted.Length, options, async (i, token) => told[i] = await GetSymbol.TellAsync(wanted[i], tape, token));
        return TypedResults.Ok(UdfSymbolGroup.Of(told));
    }
}

/// <summary>Symbols by columns: of each as many values as there are symbols, in their order. The names are those of TradingView's own client.</summary>
internal sealed record UdfSymbolGroup(
    IReadOnlyList<string> Symbol,
    IReadOnlyList<string> Ticker,
    IReadOnlyList<string> Description,
    IReadOnlyList<string> Type,
    [property: JsonPropertyName("session-regular")] IReadOnlyList<string> Session,
    IReadOnlyList<string> Timezone,
    [property: JsonPropertyName("exchange-listed")] IReadOnlyList<string> ExchangeListed,
    [property: JsonPropertyName("exchange-traded")] IReadOnlyList<string> ExchangeTraded,
    [property: JsonPropertyName("minmovement")] IReadOnlyList<long> MinMove,
    [property: JsonPropertyName("minmove2")] IReadOnlyList<int> MinMove2,
    [property: JsonPropertyName("pricescale")] IReadOnlyList<long> PriceScale,
    [property: JsonPropertyName("has-intraday")] IReadOnlyList<bool> HasIntraday,
    [property: JsonPropertyName("intraday-multipliers")] IReadOnlyList<IReadOnlyList<string>> IntradayMultipliers,
    [property: JsonPropertyName("has-daily")] IReadOnlyList<bool> HasDaily,
    [property: JsonPropertyName("has-weekly-and-monthly")] IReadOnlyList<bool> HasWeeklyAndMonthly,
    [property: JsonPropertyName("supported-resolutions")] IReadOnlyList<IReadOnlyList<string>> Resolutions,
    [property: JsonPropertyName("volume-precision")] IReadOnlyList<int> VolumePrecision,
    [property: JsonPropertyName("currency-code")] IReadOnlyList<string> Currency,
    IReadOnlyList<string> Format)
{
    public static UdfSymbolGroup Of(IReadOnlyList<UdfSymbol> symbols)
    {
        return new UdfSymbolGroup(
            Column(s => s.Name),
            Column(s => s.Ticker),
            Column(s => s.Description),
            Column(s => s.Type),
            Column(s => s.Session),
            Column(s => s.Timezone),
            Column(s => s.ExchangeListed),
            Column(s => s.ExchangeTraded),
            Column(s => s.MinMove),
            Column(s => s.MinMove2),
            Column(s => s.PriceScale),
            Column(s => s.HasIntraday),
            Column(s => s.IntradayMultipliers),
            Column(s => s.HasDaily),
            Column(s => s.HasWeeklyAndMonthly),
            Column(s => s.Resolutions),
            Column(s => s.VolumePrecision),
            Column(s => s.Currency),
            Column(s => s.Format));

        IReadOnlyList<T> Column<T>(Func<UdfSymbol, T> of) => [.. symbols.Select(of)];
    }
}
