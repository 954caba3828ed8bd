using System.Text.Json.Serialization;
using AlgoStack.Gateway.Caching;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary>
/// <c>GET /udf/quotes?symbols=a,b</c>: the last price of each and what has become of it since the day before. Bid and ask are not told:
/// the bars do not know them.
/// </summary>
internal static class GetQuotes
{
    private const int MostSymbols = 50;
    private const int AtATime = 4;
    private const int PercentDecimals = 4;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/quotes", ReadAsync).CacheOutput(KeptAnswers.Prices).Produces<UdfQuotes>();

    private static async Task<IResult> ReadAsync(
        string? symbols, SymbolList list, QuoteReader quotes, TapeClient tape, CancellationToken cancellationToken)
    {
        var names = (symbols ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length is 0 or > MostSymbols) return UdfError.Of($"symbols: expected 1 to {MostSymbols}, found {names.Length}");

        var told = new UdfQuote[names.Length];
        await Parallel.ForAsync(
            0,
            names.Length,
            new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
            async (i, token) => told[i] = await ReadOneAsync(names[i], list, quotes, tape, token));
        return TypedResults.Ok(new UdfQuotes("ok", told));
    }

    private static async Task<UdfQuote> ReadOneAsync(
        string name, SymbolList list, QuoteReader quotes, TapeClient tape, CancellationToken cancellationToken)
    {
        if (await list.FindAsync(tape, name, cancellationToken) is not { } symbol) return Refused(name, GetSymbol.Unknown(name));

        return await quotes.FindAsync(symbol, cancellationToken) is { } price
            ? new UdfQuote("ok", name, Told(symbol, price), Message: null)
            : Refused(name, $"{symbol.Id} has no bars");
    }

    private static UdfQuote Refused(string name, string reason) => new("error", name, new UdfQuoteValues(), reason);

    private static UdfQuoteValues Told(Symbol symbol, LastPrice price)
    {
        var change = price.Close - price.PreviousClose;
        return new UdfQuoteValues
        {
            ShortName = symbol.Name,
            Exchange = symbol.Venue,
            OriginalName = symbol.Id,
            Description = symbol.Description,
            Last = price.Close,
            // Doubles subtracted have a tail that no price has.
            Change = change is { } moved ? Math.Round(moved, symbol.PriceDecimals) : null,
            ChangePercent = change is { } of && price.PreviousClose is { } before and not 0 ? Math.Round(of / before * 100, PercentDecimals) : null,
            Open = price.Open,
            High = price.High,
            Low = price.Low,
            PreviousClose = price.PreviousClose,
            Volume = price.Volume,
        };
    }
}

internal sealed record UdfQuotes(string S, IReadOnlyList<UdfQuote> D);

internal sealed record UdfQuote(
    string S,
    string N,
    UdfQuoteValues V,
    [property: JsonPropertyName("errmsg"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message);

/// <summary>What is not known is left out.</summary>
internal sealed record UdfQuoteValues
{
    [JsonPropertyName("short_name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ShortName { get; init; }

    [JsonPropertyName("exchange"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Exchange { get; init; }

    [JsonPropertyName("original_name"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? OriginalName { get; init; }

    [JsonPropertyName("description"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    [JsonPropertyName("lp"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Last { get; init; }

    [JsonPropertyName("ch"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Change { get; init; }

    [JsonPropertyName("chp"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ChangePercent { get; init; }

    [JsonPropertyName("open_price"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Open { get; init; }

    [JsonPropertyName("high_price"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? High { get; init; }

    [JsonPropertyName("low_price"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Low { get; init; }

    [JsonPropertyName("prev_close_price"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PreviousClose { get; init; }

    [JsonPropertyName("volume"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Volume { get; init; }
}
