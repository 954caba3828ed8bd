using System.Diagnostics;
using System.Text.Json;
using AlgoStack.Contracts.Operations;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.Gateway.Push;

namespace AlgoStack.Gateway.Status;

/// <summary>Asks every service in the background whether it is ready, so that whoever wants to know never waits.</summary>
internal sealed class ServiceWatch(ServiceAddresses addresses, MaintenanceTable maintenance, PushNews push, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // An answer about health is small; a larger one is not about health.
    private const int LargestAnswer = 64 * 1024;

    private volatile SystemStatus _status = new(
        "unknown", time.GetUtcNow(), [.. Routes.Services.Select(s => new ServiceStatus(s, "unknown", null, null, null, []))]);

    public SystemStatus Status => _status with { Maintenance = maintenance.Last };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null, UseProxy = false })
        {
            MaxResponseContentBufferSize = LargestAnswer,
            Timeout = Patience,
        };
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            var reading = maintenance.ReadAsync(stoppingToken);
            var services = await Task.WhenAll(Routes.Services.Select(s => AskAsync(http, s, stoppingToken)));
            var before = _status;
            _status = new SystemStatus(Worst(services), time.GetUtcNow(), services);
            push.Tell(before, _status);
            await reading;
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static string Worst(IReadOnlyList<ServiceStatus> services)
    {
        foreach (var state in (string[])["unreachable", "unhealthy", "degraded"])
        {
            if (services.Any(s => s.State == state)) return state;
        }

        return "healthy";
    }

    private async Task<ServiceStatus> AskAsync(HttpClient http, string service, CancellationToken cancellationToken)
    {
        if (!addresses.TryFind(service, out var address))
            return new ServiceStatus(service, "unreachable", null, time.GetUtcNow(), $"{ServiceAddresses.Key(service)} is not set.", []);

        var started = Stopwatch.GetTimestamp();
        try
        {
            using var response = await http.GetAsync(new Uri(address, "/health/ready"), cancellationToken);
            var latency = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            return Read(service, response.IsSuccessStatusCode, (int)response.StatusCode, latency, body);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var reason = e is HttpRequestException ? e.Message : $"No answer within {Patience.TotalSeconds:0} s.";
            return new ServiceStatus(service, "unreachable", null, time.GetUtcNow(), reason, []);
        }
    }

    private ServiceStatus Read(string service, bool ready, int code, double latency, string body)
    {
        var state = ready ? "healthy" : "unhealthy";
        var checks = new List<CheckStatus>();
        try
        {
            using var json = JsonDocument.Parse(body);
            if (ready && Text(json.RootElement, "status") is { } said) state = said.ToLowerInvariant();
            if (state == "ok") state = "healthy";
            if (json.RootElement.TryGetProperty("checks", out var each) && each.ValueKind == JsonValueKind.Object)
            {
                foreach (var check in each.EnumerateObject()) checks.Add(Check(check));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Plain text, as the framework's own health endpoint says it: the status code has said all.
        }

        var bad = checks.Where(c => c.State is not ("healthy" or "ok")).Select(c => $"{c.Name}: {c.Detail ?? c.State}");
        var detail = state == "healthy" ? null : string.Join("; ", bad) is { Length: > 0 } named ? named : $"/health/ready answered {code}.";
        return new ServiceStatus(service, state, latency, time.GetUtcNow(), detail, checks);
    }

    private static CheckStatus Check(JsonProperty check)
    {
        var latency = Number(check.Value, "latency");
        var detail = Text(check.Value, "reason");
        return new CheckStatus(check.Name, Text(check.Value, "status")?.ToLowerInvariant() ?? "unknown", latency, detail);
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static double? Number(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;
}
