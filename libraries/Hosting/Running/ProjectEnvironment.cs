using System.Globalization;

namespace Aspire.Hosting.Running;

/// <summary>What every project is started with before its own settings: telemetry's names, and a heap for a shared machine.</summary>
internal static class ProjectEnvironment
{
    public static IEnumerable<KeyValuePair<string, string>> Of(string name, int replica)
    {
        // Many services share one machine: one heap each instead of one a core, collected every 64 MiB (in hexadecimal),
        // and without a thread beside it: heaps are small.
        yield return new("DOTNET_gcServer", "0");
        yield return new("DOTNET_gcConcurrent", "0");
        yield return new("DOTNET_GCgen0size", "4000000");
        // Idle pool threads would spin before they sleep: with eight processes on a few cores they spin at others' cost.
        yield return new("DOTNET_ThreadPool_UnfairSemaphoreSpinLimit", "0");
        // Compiling is most of what a young process does. What is called often is compiled a second time, after 10,000 calls
        // (in hexadecimal) instead of 30, and never a third time to be watched. See docs/decisions/0006-compiled-once.md.
        yield return new("DOTNET_TieredPGO", "0");
        yield return new("DOTNET_TC_CallCountThreshold", "2710");
        yield return new("DOTNET_EnableWriteXorExecute", "0");

        yield return new("OTEL_SERVICE_NAME", name);
        yield return new("OTEL_RESOURCE_ATTRIBUTES", string.Create(CultureInfo.InvariantCulture, $"service.instance.id={name}-{replica}"));
        if (Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT") is { Length: > 0 } endpoint)
        {
            yield return new("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
            yield return new("OTEL_EXPORTER_OTLP_PROTOCOL", Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL") ?? "grpc");
        }

        if (!IsDevelopment()) yield break;

        // Milliseconds: whoever develops wants to see what just happened.
        foreach (var delay in (string[])["OTEL_METRIC_EXPORT_INTERVAL", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY"])
            yield return new(delay, "1000");
        yield return new("OTEL_TRACES_SAMPLER", "always_on");
    }

    private static bool IsDevelopment() => string.Equals(
        Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT"),
        "Development",
        StringComparison.OrdinalIgnoreCase);
}
