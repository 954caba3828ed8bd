using System.Text.Json.Serialization;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary><c>GET /udf/symbols?symbol=</c>: an instrument, and the resolutions that its stored bars allow.</summary>
internal static class GetSymbol
{
    // Ingestion knows of no opening hours; a chart leaves no room where there are no bars.
    private const string AlwaysOpen = "24x7";

    private const string Utc = "Etc/UTC";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/symbols", ReadAsync).Produces<UdfSymbol>();

    /// <summary>What is said of a symbol that is none of ours.</summary>
    public static string Unknown(string? symbol) => string.IsNullOrEmpty(symbol) ? "symbol: expected one, found none" : $"unknown_symbol {symbol}";

    public static async Task<UdfSymbol> TellAsync(Symbol symbol, TapeClient tape, CancellationToken cancellationToken)
    {
        var stored = await tape.GetTimeframesAsync(symbol.Id, cancellationToken);
        return Told(symbol, [.. Resolution.All.Where(r => r.SourceOf(stored) is not null)]);
    }

    private static async Task<IResult> ReadAsync(string? symbol, SymbolList symbols, TapeClient tape, CancellationToken cancellationToken)
    {
        if (await symbols.FindAsync(tape, symbol, cancellationToken) is not { } found) return UdfError.Of(Unknown(symbol));

        return TypedResults.Ok(await TellAsync(found, tape, cancellationToken));
    }

    private static UdfSymbol Told(Symbol symbol, IReadOnlyList<Resolution> resolutions)
    {
        IReadOnlyList<string> intraday = [.. resolutions.Where(r => r.IsIntraday).Select(r => r.Name)];
        return new UdfSymbol(
            symbol.Name,
            symbol.Id,
            symbol.Description,
            symbol.Type,
            AlwaysOpen,
            Utc,
            symbol.Venue,
            symbol.Venue,
            symbol.Venue,
            symbol.Venue,
            symbol.MinMove,
            MinMove2: 0,
            symbol.PriceScale,
            intraday.Count > 0,
            intraday,
            resolutions.Any(r => r.IsDay),
            resolutions.Any(r => !r.IsIntraday && !r.IsDay),
            [.. resolutions.Select(r => r.Name)],
            symbol.VolumeDecimals,
            symbol.Currency,
            Format: "price");
    }
}

internal sealed record UdfSymbol(
    string Name,
    string Ticker,
    string Description,
    string Type,
    string Session,
    string Timezone,
    string Exchange,
    [property: JsonPropertyName("listed_exchange")] string ListedExchange,
    [property: JsonPropertyName("exchange-traded")] string ExchangeTraded,
    [property: JsonPropertyName("exchange-listed")] string ExchangeListed,
    [property: JsonPropertyName("minmov")] long MinMove,
    [property: JsonPropertyName("minmov2")] int MinMove2,
    [property: JsonPropertyName("pricescale")] long PriceScale,
    [property: JsonPropertyName("has_intraday")] bool HasIntraday,
    [property: JsonPropertyName("intraday_multipliers")] IReadOnlyList<string> IntradayMultipliers,
    [property: JsonPropertyName("has_daily")] bool HasDaily,
    [property: JsonPropertyName("has_weekly_and_monthly")] bool HasWeeklyAndMonthly,
    [property: JsonPropertyName("supported_resolutions")] IReadOnlyList<string> Resolutions,
    [property: JsonPropertyName("volume_precision")] int VolumePrecision,
    [property: JsonPropertyName("currency_code")] string Currency,
    string Format);
