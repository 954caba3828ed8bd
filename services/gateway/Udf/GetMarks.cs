using System.Globalization;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Gateway.Udf;

/// <summary><c>GET /udf/marks?symbol=&amp;from=&amp;to=&amp;resolution=</c>: signals, on the bars whose close raised them; the newest 1,000 of a session.</summary>
internal static class GetMarks
{
    private const int Size = 14;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/marks", ReadAsync)
        .Produces<UdfMarks>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ReadAsync([AsParameters] MarksAsked asked, SignalClient signals, CancellationToken cancellationToken)
    {
        var (range, refusal) = await asked.ReadAsync(cancellationToken);
        if (range is null) return refusal!;

        var marks = new List<(SignalRaised Signal, long Time)>();
        foreach (var session in await signals.FindSessionsAsync(range.Symbol.Id, cancellationToken))
        {
            foreach (var signal in await signals.ReadAsync(session, range.Symbol.Id, range.Before, cancellationToken))
            {
                if (range.TimeOf(signal.BarClose) is { } time) marks.Add((signal, time));
            }
        }

        // Two sessions over the same bars raise the same signals.
        return TypedResults.Ok(Told([.. marks.DistinctBy(m => m.Signal.SignalId, StringComparer.Ordinal).OrderBy(m => m.Time)]));
    }

    private static UdfMarks Told(IReadOnlyList<(SignalRaised Signal, long Time)> marks) => new(
        [.. marks.Select(m => m.Signal.SignalId)],
        [.. marks.Select(m => m.Time)],
        [.. marks.Select(m => ColorOf(m.Signal.Direction))],
        [.. marks.Select(m => TextOf(m.Signal))],
        [.. marks.Select(m => m.Signal.Direction[..1])],
        [.. marks.Select(_ => "white")],
        [.. marks.Select(_ => Size)]);

    private static string ColorOf(string direction) => direction switch
    {
        "Long" => "green",
        "Short" => "red",
        _ => "blue",
    };

    private static string TextOf(SignalRaised signal) => string.Create(
        CultureInfo.InvariantCulture,
        $"{signal.Strategy}: {signal.Direction} at {signal.Close}, score {signal.Score:0.00} ({signal.Timeframe}, {signal.SessionId}). {signal.Rationale}");
}

/// <summary>Marks in columns.</summary>
internal sealed record UdfMarks(
    IReadOnlyList<string> Id,
    IReadOnlyList<long> Time,
    IReadOnlyList<string> Color,
    IReadOnlyList<string> Text,
    IReadOnlyList<string> Label,
    IReadOnlyList<string> LabelFontColor,
    IReadOnlyList<int> MinSize);
