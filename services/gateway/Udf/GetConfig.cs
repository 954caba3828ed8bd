using System.Text.Json.Serialization;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary><c>GET /udf/config</c>: what there is to ask for.</summary>
internal static class GetConfig
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/config", ReadAsync)
        .Produces<UdfConfig>()
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<UdfConfig> ReadAsync(SymbolMode mode, SymbolList symbols, TapeClient tape, CancellationToken cancellationToken)
    {
        var venues = (await symbols.ReadAsync(tape, cancellationToken)).Select(s => s.Venue).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var told = venues.Select(v => new UdfVenue(v, v, v));
        return new UdfConfig(
            SupportsSearch: !mode.IsGroups,
            SupportsGroupRequest: mode.IsGroups,
            SupportsMarks: true,
            SupportsTimescaleMarks: true,
            SupportsTime: true,
            // In group mode a chart asks for a group of each, and would have every symbol twice.
            [.. mode.IsGroups ? told : told.Prepend(new UdfVenue("", "All", ""))],
            [new UdfType("All", ""), .. Symbol.Types.Select(t => new UdfType(t, t))],
            [.. Resolution.All.Select(r => r.Name)]);
    }
}

internal sealed record UdfConfig(
    [property: JsonPropertyName("supports_search")] bool SupportsSearch,
    [property: JsonPropertyName("supports_group_request")] bool SupportsGroupRequest,
    [property: JsonPropertyName("supports_marks")] bool SupportsMarks,
    [property: JsonPropertyName("supports_timescale_marks")] bool SupportsTimescaleMarks,
    [property: JsonPropertyName("supports_time")] bool SupportsTime,
    [property: JsonPropertyName("exchanges")] IReadOnlyList<UdfVenue> Venues,
    [property: JsonPropertyName("symbols_types")] IReadOnlyList<UdfType> Types,
    [property: JsonPropertyName("supported_resolutions")] IReadOnlyList<string> Resolutions);

internal sealed record UdfVenue(string Value, string Name, string Desc);

internal sealed record UdfType(string Name, string Value);
