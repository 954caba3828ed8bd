using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.MarketData;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>
/// <c>POST /feeds</c>: answers once the venue has confirmed the subscription, or with <c>feed_unreachable</c> within a
/// bounded time. <c>DELETE /feeds/{provider}</c> ends it.
/// </summary>
internal static class StartFeedEndpoint
{
    public static async Task<Results<Accepted<SessionStatus>, ProblemHttpResult>> HandleAsync(
        StartFeed feed, FeedRunner feeds, SessionStore sessions, CancellationToken cancellationToken)
    {
        if (!Timeframe.TryParse(feed.Timeframe, out var timeframe))
        {
            return Problem.Invalid(
                "timeframe_invalid", $"Timeframe: expected a count and s, m, h, d or w, as in 5m, found '{feed.Timeframe}'.");
        }

        if (await feeds.StartAsync(feed.Provider ?? "", feed.Symbols ?? [], timeframe, cancellationToken) is { } refusal)
        {
            return Problem.Of(refusal.Status, refusal.Code, refusal.Detail, retryable: refusal.Status == StatusCodes.Status503ServiceUnavailable);
        }

        return TypedResults.Accepted(
            $"/sessions/{LiveSession.SessionId}", await sessions.FindAsync(LiveSession.SessionId, cancellationToken));
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> StopAsync(
        string provider, FeedRunner feeds, CancellationToken cancellationToken) =>
        await feeds.StopAsync(provider, cancellationToken)
            ? TypedResults.NoContent()
            : Problem.NotFound("feed_unknown", $"No feed of '{provider}' is followed.");
}
