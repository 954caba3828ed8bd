using System.Text.Json.Serialization;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary>
/// <c>GET /udf/search?query=&amp;type=&amp;exchange=&amp;limit=</c>: the instruments whose id holds the query, in any letters; those that begin
/// with it first.
/// </summary>
internal static class SearchSymbols
{
    private const int DefaultLimit = 30;
    private const int MostFound = 100;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/search", SearchAsync).Produces<IReadOnlyList<FoundSymbol>>();

    private static async Task<IResult> SearchAsync(
        string? query, string? type, string? exchange, string? limit, SymbolList symbols, TapeClient tape, CancellationToken cancellationToken)
    {
        if (!UdfQuery.TryCount(limit, DefaultLimit, out var most)) return UdfError.Of(UdfQuery.CountRefused("limit", limit));

        var text = query?.Trim() ?? "";
        var found = (await symbols.ReadAsync(tape, cancellationToken))
            .Where(s => IsWanted(s.Type, type) && IsWanted(s.Venue, exchange) && s.Id.Contains(text, StringComparison.OrdinalIgnoreCase))
            .OrderBy(s => Rank(s, text))
            .Take(Math.Min(most, MostFound))
            .Select(s => new FoundSymbol(s.Name, s.Id, s.Description, s.Venue, s.Id, s.Type));
        return TypedResults.Ok<IReadOnlyList<FoundSymbol>>([.. found]);
    }

    private static bool IsWanted(string value, string? wanted) => string.IsNullOrEmpty(wanted) || value.Equals(wanted, StringComparison.OrdinalIgnoreCase);

    private static int Rank(Symbol symbol, string text) =>
        symbol.Name.Equals(text, StringComparison.OrdinalIgnoreCase) ? 0 : symbol.Id.StartsWith(text, StringComparison.OrdinalIgnoreCase) ? 1 : 2;
}

internal sealed record FoundSymbol(
    string Symbol,
    [property: JsonPropertyName("full_name")] string FullName,
    string Description,
    string Exchange,
    string Ticker,
    string Type);
