using System.Globalization;
using System.Threading.RateLimiting;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.RateLimiting;

namespace AlgoStack.Backtest;

/// <summary>
/// How often one caller may ask for what costs much: a policy's name goes to <c>RequireRateLimiting</c>. Each is a sliding
/// window for each caller, kept by this process, in which what is refused counts as well; what is over it is answered 429 <c>rate_limited</c> with <c>Retry-After</c>.
/// </summary>
public static class Limits
{
    /// <summary>3 an hour: a backtest by symbol and days.</summary>
    public const string Run = "run";

    /// <summary>5 in ten minutes: what takes many backtests.</summary>
    public const string Expensive = "expensive";

    private static readonly SlidingWindowRateLimiterOptions OfRun = Window(3, TimeSpan.FromHours(1));
    private static readonly SlidingWindowRateLimiterOptions OfExpensive = Window(5, TimeSpan.FromMinutes(10));

    public static void AddLimits(this IServiceCollection services) => services.AddRateLimiter(limiter =>
    {
        limiter.AddPolicy(Run, context => RateLimitPartition.GetSlidingWindowLimiter(Caller(context), _ => OfRun));
        limiter.AddPolicy(Expensive, context => RateLimitPartition.GetSlidingWindowLimiter(Caller(context), _ => OfExpensive));
        limiter.OnRejected = RefuseAsync;
    });

    private static SlidingWindowRateLimiterOptions Window(int permits, TimeSpan window) =>
        new() { PermitLimit = permits, Window = window, SegmentsPerWindow = 10, QueueLimit = 0 };

    /// <summary>The address that the gateway saw, which it puts last; without a gateway, the connection's.</summary>
    private static string Caller(HttpContext context) =>
        context.Request.Headers["X-Forwarded-For"] is [.., { } forwarded]
            ? forwarded[(forwarded.LastIndexOf(',') + 1)..].Trim()
            : context.Connection.RemoteIpAddress?.ToString() ?? "";

    private static async ValueTask RefuseAsync(OnRejectedContext rejected, CancellationToken cancellationToken)
    {
        var context = rejected.HttpContext;
        var policy = context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName;
        var limit = policy == Run ? OfRun : OfExpensive;
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var known) ? known : limit.Window;
        context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var detail = $"{context.Request.Path}: expected at most {limit.PermitLimit} requests in {limit.Window.TotalMinutes:0} minutes " +
            $"from one caller; come back in {context.Response.Headers.RetryAfter} s.";
        await Problem.Of(StatusCodes.Status429TooManyRequests, "rate_limited", detail, retryable: true).ExecuteAsync(context);
    }
}
