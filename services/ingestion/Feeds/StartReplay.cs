using AlgoStack.BarFiles;
using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Ingestion.Feeds;

/// <summary><c>POST /replays</c>: a session of its own for each time it is asked, even for the same file.</summary>
internal static class StartReplayEndpoint
{
    public static async Task<Results<Accepted<SessionStatus>, ProblemHttpResult>> HandleAsync(
        StartReplay replay, IdempotencyKey? key, SessionStore sessions, ReplayRunner runner, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (Refuse(replay) is { } refusal) return refusal;

        var sessionId = SessionId.New("replay", key, clock.GetUtcNow());
        if (key is null || await sessions.FindAsync(sessionId, cancellationToken) is null) await sessions.AddReplayAsync(sessionId, replay, cancellationToken);
        runner.Take(new UnfinishedReplay(sessionId, replay, ContentHash: null, JournalEnded: false));
        return TypedResults.Accepted($"/sessions/{sessionId}", await sessions.FindAsync(sessionId, cancellationToken));
    }

    /// <summary>Refuses what can be told of a file's name, timeframe and venue without reading it.</summary>
    public static ProblemHttpResult? RefuseSource(string? file, string? timeframe, string? venue)
    {
        if (!Path.IsPathFullyQualified(file ?? ""))
        {
            return Problem.Invalid(BarFileException.NotFound, $"File: expected the full path of a CSV or CSV.gz, found '{file}'.");
        }

        if (timeframe is not null
            && !(Timeframe.TryParse(timeframe, out var span) && span.Milliseconds <= BarRows.LongestTimeframe.TotalMilliseconds))
        {
            return Problem.Invalid("timeframe_invalid", $"Timeframe: expected a count and s, m, h, d or w, as in 5m, found '{timeframe}'.");
        }

        if (venue is not null && (venue.Contains('.', StringComparison.Ordinal) || !InstrumentId.TryParse($"X.{venue}", out _, out _)))
        {
            return Problem.Invalid("venue_invalid", $"Venue: expected letters, digits and - _ / only, found '{venue}'.");
        }

        return null;
    }

    private static ProblemHttpResult? Refuse(StartReplay replay)
    {
        if (RefuseSource(replay.File, replay.Timeframe, replay.Venue) is { } refusal) return refusal;

        if (!ReplayPace.TryParse(replay.Speed, out _))
        {
            return Problem.Invalid("speed_invalid", $"Speed: expected 1x to {ReplayPace.MostTimes}x or max, found '{replay.Speed}'.");
        }

        try
        {
            BarRows.Open(replay.File).Dispose();
            return null;
        }
        catch (BarFileException e)
        {
            return Problem.Invalid(e.Code, e.Message);
        }
    }
}
