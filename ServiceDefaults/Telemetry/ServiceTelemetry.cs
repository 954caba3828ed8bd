using System.Diagnostics;
using System.Diagnostics.Metrics;
using AlgoStack.ServiceDefaults.Messaging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AlgoStack.ServiceDefaults.Telemetry;

/// <summary>
/// Traces, metrics and logs. Metrics are always collected for <c>/metrics</c>; all three are exported over OTLP when
/// <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and the exporter reads the rest of its variables itself.
/// </summary>
internal static class ServiceTelemetry
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // .NET, Npgsql and MassTransit report by themselves; all there is to do is to subscribe by name.
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "AlgoStack.*"];

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Http.Connections",
        "Microsoft.AspNetCore.RateLimiting", "System.Net.Http", "System.Runtime", "Npgsql", "MassTransit", "AlgoStack.*",
    ];

    // Seconds, from a message on the bus to a slow page. The SDK's own bounds for a meter it does not know begin at 5.
    private static readonly double[] Durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        var service = OrderedTopology.ServiceName(builder.Environment.ApplicationName);
        var exported = !string.IsNullOrWhiteSpace(builder.Configuration[EndpointKey]);

        // ASP.NET Core 10 says method, path and status of a request only when asked to.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", isEnabled: false);
        builder.Services.AddSingleton<PrometheusExporter>();
        builder.Services.AddSingleton<PrometheusScrape>();
        builder.Services.AddSingleton(services => BuildMetrics(services.GetRequiredService<PrometheusExporter>(), service, exported));
        if (exported)
        {
            builder.Services.AddSingleton(_ => BuildTraces(service));
            builder.Logging.AddOpenTelemetry(logs => logs.SetResourceBuilder(Resource(service)).AddOtlpExporter());
        }
        else
        {
            builder.Services.AddSingleton<TraceIds>();
        }

        // First of the hosted services, so that what the others do while starting is seen.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IHostedService>(services => new Collecting(services, exported)));
    }

    private static MeterProvider BuildMetrics(PrometheusExporter exporter, string service, bool exported)
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(Resource(service))
            .AddMeter(Meters)
            .AddView(instrument => IsOwnDuration(instrument) ? new ExplicitBucketHistogramConfiguration { Boundaries = Durations } : null)
            .AddReader(new BaseExportingMetricReader(exporter));
        if (exported) builder.AddOtlpExporter();
        return builder.Build();
    }

    private static bool IsOwnDuration(Instrument instrument) =>
        instrument is Histogram<double> { Unit: "s", Advice: null } && instrument.Meter.Name.StartsWith("AlgoStack.", StringComparison.Ordinal);

    private static TracerProvider BuildTraces(string service) =>
        Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(Resource(service))
            .AddSource(Sources)
            .AddOtlpExporter()
            .Build();

    // What the environment says comes last, because the last word counts.
    private static ResourceBuilder Resource(string service) =>
        ResourceBuilder.CreateEmpty()
            .AddService(service, serviceNamespace: "algostack", serviceVersion: ServiceVersion.Current)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();

    /// <summary>Has the providers built before anything is to be seen; the container disposes, and so flushes, them last.</summary>
    private sealed class Collecting(IServiceProvider services, bool exported) : IHostedService, IDisposable
    {
        private readonly Meter _meter = new("AlgoStack.ServiceDefaults");

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _meter.CreateObservableGauge(
                "algostack.build_info",
                () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", ServiceVersion.Current)),
                description: "Always 1; the labels say what runs.");
            services.GetRequiredService<MeterProvider>();
            if (exported) services.GetRequiredService<TracerProvider>();
            else services.GetRequiredService<TraceIds>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _meter.Dispose();
    }

    /// <summary>
    /// Where traces are not exported they still have ids, so that logs, messages and stored events can be put together.
    /// </summary>
    private sealed class TraceIds : IDisposable
    {
        private readonly ActivityListener _listener = new()
        {
            ShouldListenTo = source => source.Name is "Microsoft.AspNetCore" or "System.Net.Http" or "MassTransit"
                || source.Name.StartsWith("AlgoStack.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
        };

        public TraceIds() => ActivitySource.AddActivityListener(_listener);

        public void Dispose() => _listener.Dispose();
    }
}
