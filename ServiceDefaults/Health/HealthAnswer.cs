using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AlgoStack.ServiceDefaults.Health;

/// <summary>
/// The body of every health endpoint: the worst status of all checks asked, and each with the milliseconds it took and, when
/// it is not healthy, why.
/// </summary>
internal sealed record HealthAnswer(string Status, string Version, DateTimeOffset Timestamp, IReadOnlyDictionary<string, HealthAnswer.Check> Checks)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        var checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new Check(Name(entry.Value.Status), Math.Round(entry.Value.Duration.TotalMilliseconds, 3), Reason(entry.Value)),
            StringComparer.Ordinal);
        var answer = new HealthAnswer(Name(report.Status), ServiceVersion.Current, clock.GetUtcNow(), checks);
        return context.Response.WriteAsJsonAsync(answer, Json, context.RequestAborted);
    }

    private static string Name(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "healthy",
        HealthStatus.Degraded => "degraded",
        _ => "unhealthy",
    };

    private static string? Reason(HealthReportEntry entry) =>
        entry.Status == HealthStatus.Healthy ? null : entry.Description ?? entry.Exception?.Message;

    /// <param name="Latency">Milliseconds.</param>
    internal sealed record Check(string Status, double Latency, string? Reason);
}
