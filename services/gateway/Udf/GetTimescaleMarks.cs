namespace AlgoStack.Gateway.Udf;

/// <summary>
/// <c>GET /udf/timescale_marks?symbol=&amp;from=&amp;to=&amp;resolution=</c>: fills, orders of which nothing has traded, splits and dividends.
/// </summary>
internal static class GetTimescaleMarks
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/timescale_marks", ReadAsync)
        .Produces<IReadOnlyList<UdfTimescaleMark>>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ReadAsync([AsParameters] MarksAsked asked, TradeMarks trades, CancellationToken cancellationToken)
    {
        var (range, refusal) = await asked.ReadAsync(cancellationToken);
        if (range is null) return refusal!;

        var marks = await trades.ReadAsync(range, cancellationToken);
        return TypedResults.Ok<IReadOnlyList<UdfTimescaleMark>>([.. marks.OrderBy(m => m.Time).ThenBy(m => m.Id, StringComparer.Ordinal)]);
    }
}

/// <param name="Tooltip">A line each.</param>
internal sealed record UdfTimescaleMark(string Id, long Time, string Color, string Label, IReadOnlyList<string> Tooltip);
