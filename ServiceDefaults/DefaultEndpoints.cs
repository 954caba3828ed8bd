using System.Diagnostics;
using AlgoStack.ServiceDefaults.Health;
using AlgoStack.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AlgoStack.ServiceDefaults;

/// <summary>The endpoints that every service answers besides its own; they share its port and are not forwarded.</summary>
public static class DefaultEndpoints
{
    /// <summary>
    /// Maps <c>/alive</c>, <c>/health</c>, <c>/health/live</c>, <c>/health/ready</c>, <c>/health/deep</c> and <c>/metrics</c>,
    /// and turns what goes wrong in a request into problem details. Call it before the service's own middleware.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(LeaveOutOfTraces);
        app.UseExceptionHandler();
        app.UseStatusCodePages();

        app.MapHealth("/alive", check => check.Tags.Contains(HealthTags.Live));
        app.MapHealth("/health/live", check => check.Tags.Contains(HealthTags.Live));
        app.MapHealth("/health/ready", check => check.Tags.Contains(HealthTags.Ready));
        app.MapHealth("/health", check => !check.Tags.Contains(HealthTags.Deep));
        app.MapHealth("/health/deep", _ => true);

        var metrics = app.Services.GetRequiredService<PrometheusScrape>();
        app.MapGet("/metrics", metrics.WriteAsync).DisableHttpMetrics().ExcludeFromDescription();
        return app;
    }

    // Asked every second by somebody, these would bury every other trace.
    private static Task LeaveOutOfTraces(HttpContext context, RequestDelegate next)
    {
        if (Activity.Current is { } activity && IsDefault(context.Request.Path))
        {
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        return next(context);
    }

    private static bool IsDefault(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/alive", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);

    private static void MapHealth(this WebApplication app, string path, Func<HealthCheckRegistration, bool> predicate)
    {
        var options = new HealthCheckOptions { Predicate = predicate, ResponseWriter = HealthAnswer.WriteAsync };
        options.ResultStatusCodes[HealthStatus.Degraded] = StatusCodes.Status200OK;
        app.MapHealthChecks(path, options).DisableHttpMetrics();
    }
}
