using System.Net;
using Polly;
using Polly.Retry;

namespace AlgoStack.ServiceDefaults.Http;

/// <summary>
/// Tries a read again while the service is away: 5 times, after 1 s, then twice as long each time up to 32 s, give or take a
/// quarter. Anything that is not a read goes through once, because its first attempt may have been heard.
/// </summary>
internal sealed class RetriedReads : DelegatingHandler
{
    private const int Retries = 5;
    private const double Jitter = 0.25;
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(32);

    /// <summary>Until the head of the answer is there.</summary>
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);

    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public RetriedReads(TimeProvider clock) =>
        _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Retries,
                ShouldHandle = attempt => ValueTask.FromResult(IsAway(attempt.Outcome, attempt.Context.CancellationToken)),
                DelayGenerator = attempt => ValueTask.FromResult<TimeSpan?>(Delay(attempt.AttemptNumber)),
            })
            .AddTimeout(AttemptTimeout)
            .Build();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Method == HttpMethod.Get || request.Method == HttpMethod.Head
            ? await _pipeline.ExecuteAsync(async token => await base.SendAsync(request, token), cancellationToken)
            : await base.SendAsync(request, cancellationToken);

    private static bool IsAway(Outcome<HttpResponseMessage> outcome, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested
        && (outcome.Exception is HttpRequestException or Polly.Timeout.TimeoutRejectedException
            || outcome.Result?.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout);

    private static TimeSpan Delay(int attempt)
    {
        var delay = ShortestDelay * Math.Pow(2, attempt);
#pragma warning disable CA5394 // Spreads load; guards nothing.
        return (delay < LongestDelay ? delay : LongestDelay) * (1 + (((Random.Shared.NextDouble() * 2) - 1) * Jitter));
#pragma warning restore CA5394
    }
}
