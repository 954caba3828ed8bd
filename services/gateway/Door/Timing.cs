using System.Diagnostics;
using System.Globalization;

namespace AlgoStack.Gateway.Door;

/// <summary>How long an answer took up to its first byte: <c>X-Process-Time</c> in seconds, and <c>Server-Timing</c> in milliseconds.</summary>
internal static class Timing
{
    public const string Header = "X-Process-Time";

    public static Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        var started = Stopwatch.GetTimestamp();
        context.Response.OnStarting(() =>
        {
            var took = Stopwatch.GetElapsedTime(started);
            var headers = context.Response.Headers;
            headers[Header] = took.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);
            // Beside what the service behind it says of itself.
            headers.Append("Server-Timing", string.Create(CultureInfo.InvariantCulture, $"gateway;dur={took.TotalMilliseconds:0.###}"));
            return Task.CompletedTask;
        });
        return next(context);
    }
}
