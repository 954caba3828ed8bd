using System.Globalization;
using System.Net.Mime;

namespace AlgoStack.Gateway.Udf;

/// <summary><c>GET /udf/time</c>: Unix seconds, as plain text.</summary>
internal static class GetTime
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/time", (TimeProvider clock) => TypedResults.Text(clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)))
        .Produces<string>(StatusCodes.Status200OK, MediaTypeNames.Text.Plain);
}
