using System.Diagnostics;
using AlgoStack.ServiceDefaults.Health;
using AlgoStack.ServiceDefaults.Http;
using AlgoStack.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AlgoStack.ServiceDefaults;

/// <summary>The endpoints that every service answers besides its own; they share its port, demand nothing of who asks, and are not forwarded.</summary>
public static class DefaultEndpoints
{
    /// <summary>
    /// Maps <c>/alive</c>, <c>/health</c>, <c>/health/live</c>, <c>/health/ready</c>, <c>/health/deep</c>, <c>/metrics</c>
    /// and <c>/openapi/v1.json</c>, and turns what goes wrong in a request into problem details. Call it before the service's own middleware.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Use(DescribeInTrace);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.RefuseUnreadable();

        app.MapHealth("/alive", check => check.Tags.Contains(HealthTags.Live));
        app.MapHealth("/health/live", check => check.Tags.Contains(HealthTags.Live));
        app.MapHealth("/health/ready", check => check.Tags.Contains(HealthTags.Ready));
        app.MapHealth("/health", check => !check.Tags.Contains(HealthTags.Deep));
        app.MapHealth("/health/deep", _ => true);

        var metrics = app.Services.GetRequiredService<PrometheusScrape>();
        app.MapGet("/metrics", metrics.WriteAsync).DisableHttpMetrics().ExcludeFromDescription().AllowAnonymous();
        app.MapOpenApi().AllowAnonymous();
        return app;
    }

    // ASP.NET Core names every request's activity alike and tells neither route nor status. Names of tags are those of
    // OpenTelemetry's semantic conventions.
    private static async Task DescribeInTrace(HttpContext context, RequestDelegate next)
    {
        var activity = Activity.Current;
        if (activity is not null && IsDefault(context.Request.Path))
        {
            // Asked every second by somebody, these would bury every other trace.
            activity.IsAllDataRequested = false;
            activity.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }

        await next(context);
        if (activity is not { IsAllDataRequested: true }) return;

        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        activity.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        activity.SetTag("http.route", route);
        activity.SetTag("http.response.status_code", context.Response.StatusCode);
    }

    private static bool IsDefault(PathString path) =>
        path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/alive", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);

    private static void MapHealth(this WebApplication app, string path, Func<HealthCheckRegistration, bool> predicate)
    {
        var options = new HealthCheckOptions { Predicate = predicate, ResponseWriter = HealthAnswer.WriteAsync };
        options.ResultStatusCodes[HealthStatus.Degraded] = StatusCodes.Status200OK;
        app.MapHealthChecks(path, options).DisableHttpMetrics().AllowAnonymous();
    }
}
