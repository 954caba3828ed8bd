using System.Diagnostics.Metrics;
using System.Globalization;
using AlgoStack.Gateway.Door;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Limits;

/// <summary>
/// Lets a request go on while its caller is under every limit, and says with each answer how much is left
/// (draft-ietf-httpapi-ratelimit-headers); else it is 429 <c>rate_limited</c> with <c>Retry-After</c>. It runs once it is known who asks, and before
/// anything is done. A live connection counts once, when it is opened; pages, health and keys never do.
/// </summary>
internal sealed class LimitRequests
{
    private readonly RateLimits _limits;
    private readonly RateCounter _counter;
    private readonly Counter<long> _refused;

    public LimitRequests(RateLimits limits, RateCounter counter, IMeterFactory meters)
    {
        (_limits, _counter) = (limits, counter);
        _refused = meters.Create("AlgoStack.Gateway").CreateCounter<long>("algostack.gateway.requests.limited", "{request}", "Requests that were refused, by the limit.");
    }

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (await TakeAsync(context, _limits.Of(context, await WhoAsks.RefusedAsync(context))) is { } refusal) await refusal.ExecuteAsync(context);
        else await next(context);
    }

    /// <summary>Takes one request of each caller.</summary>
    /// <returns>The answer, where one of them may not.</returns>
    public async Task<ProblemHttpResult?> TakeAsync(HttpContext context, IReadOnlyList<(RateLimit Limit, string Caller)> limits)
    {
        // All at once: together they are one wait.
        var asked = new Task<RateAnswer>[limits.Count];
        for (var i = 0; i < asked.Length; i++) asked[i] = _counter.TakeAsync(limits[i].Limit, limits[i].Caller);
        var answers = await Task.WhenAll(asked);
        // At the last moment: an answer that is kept for others is kept without.
        context.Response.OnStarting(() => Tell(context.Response.Headers, answers));
        RateAnswer? refusal = null;
        foreach (var answer in answers)
        {
            if (!answer.Allowed && (refusal is null || answer.Wait > refusal.Value.Wait)) refusal = answer;
        }

        return refusal is { } found ? Refuse(context, found) : null;
    }

    private static Task Tell(IHeaderDictionary headers, RateAnswer[] answers)
    {
        foreach (var answer in answers)
        {
            headers.Append("RateLimit-Policy", answer.Limit.Policy);
            headers.Append("RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"{answer.Limit.Name}\";r={answer.Remaining};t={Seconds(answer.Wait)}"));
        }

        return Task.CompletedTask;
    }

    private ProblemHttpResult Refuse(HttpContext context, RateAnswer refusal)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("limit", refusal.Limit.Name));
        var (limit, wait) = (refusal.Limit, Seconds(refusal.Wait));
        context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return Problem.Of(
            StatusCodes.Status429TooManyRequests,
            "rate_limited",
            string.Create(CultureInfo.InvariantCulture, $"Limit {limit.Name}: expected at most {limit.Requests} requests in {limit.Window.TotalSeconds:0} s; come back in {wait} s."),
            retryable: true);
    }

    private static long Seconds(TimeSpan wait) => Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds));
}
