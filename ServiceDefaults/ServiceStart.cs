using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Health;
using AlgoStack.ServiceDefaults.Logs;
using AlgoStack.ServiceDefaults.OpenApi;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace AlgoStack.ServiceDefaults;

/// <summary>What every service has: telemetry, logs, health, problem details, a description of its endpoints, a clock, HTTP clients, an orderly stop.</summary>
public static class ServiceStart
{
    /// <summary>How long a stopping service may take to finish what it has begun.</summary>
    public static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);

    // Below every other source of configuration, so that anybody can turn them up.
    private static readonly Dictionary<string, string?> QuietCategories = new(StringComparer.Ordinal)
    {
        ["Logging:LogLevel:Default"] = "Information",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
        ["Logging:LogLevel:MassTransit"] = "Warning",
        // At Information it writes every command.
        ["Logging:LogLevel:Npgsql"] = "Warning",
        // It would say the same at every question; whoever asks is told, and what fails says so once itself.
        ["Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
    };

    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        InvalidConfigurationException.EndTheProcess();

        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietCategories });
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        builder.AddJsonLogs();
        builder.AddTelemetry();
        builder.Services.AddHealthChecks().AddCheck<SelfCheck>("self", tags: [HealthTags.Live]);
        builder.Services.AddServiceProblems();
        builder.AddServiceDocument();
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return builder;
    }
}
