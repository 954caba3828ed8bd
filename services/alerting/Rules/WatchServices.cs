using System.Net;
using AlgoStack.Alerting.Alerts;

namespace AlgoStack.Alerting.Rules;

/// <summary>
/// Asks every service that alerting is told the address of (<c>services:{name}:http:{i}</c>) how it is, and tells when one
/// is not well. It asks for <c>/health</c>, not <c>/health/ready</c>: a consumer that is stuck on a message shows only there.
/// </summary>
public sealed partial class WatchServices(
    WatchedServices services, RaisedAlerts alerts, TimeProvider clock, ILogger<WatchServices> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>Longer than a machine at full load takes to answer: slow is not down.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, ServiceHealth> _health = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = AnswerTimeout };
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var answers = await Task.WhenAll(services.All.Select(service => AskAsync(http, service.Address, stoppingToken)));
                foreach (var (service, problem) in services.All.Zip(answers)) await JudgeAsync(service.Name, problem, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task JudgeAsync(string service, string? problem, CancellationToken stopping)
    {
        var (health, draft) = HealthRule.On(_health.GetValueOrDefault(service), service, problem, clock.GetUtcNow());
        try
        {
            if (draft is not null) await alerts.RaiseAsync(draft, stopping);
        }
#pragma warning disable CA1031 // A database that is away is one of the things to tell: the next answer tries again.
        catch (Exception e) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogUntold(e, service, problem ?? "healthy");
            return;
        }

        _health[service] = health;
    }

    private static async Task<string?> AskAsync(HttpClient http, Uri address, CancellationToken stopping)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(address, "/health"), stopping);
            if (response.StatusCode == HttpStatusCode.OK) return null;

            var body = await response.Content.ReadAsStringAsync(stopping);
            return HealthRule.Problem((int)response.StatusCode, body);
        }
        catch (HttpRequestException e)
        {
            return $"no answer: {e.HttpRequestError}";
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return FormattableString.Invariant($"no answer within {AnswerTimeout.TotalSeconds} s");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Service} is '{Problem}', and that could not be recorded.")]
    private partial void LogUntold(Exception exception, string service, string problem);
}

/// <summary>The services that alerting is given addresses of, each of their instances by itself.</summary>
public sealed record WatchedServices(IReadOnlyList<(string Name, Uri Address)> All)
{
    public static WatchedServices Read(IConfiguration configuration)
    {
        var all = new List<(string, Uri)>();
        foreach (var service in configuration.GetSection("services").GetChildren())
        {
            var addresses = service.GetSection("http").GetChildren()
                .Select(setting => Uri.TryCreate(setting.Value, UriKind.Absolute, out var address) ? address : null)
                .OfType<Uri>()
                .ToArray();
            for (var i = 0; i < addresses.Length; i++)
                all.Add((addresses.Length == 1 ? service.Key : FormattableString.Invariant($"{service.Key} {i}"), addresses[i]));
        }

        return new WatchedServices(all);
    }
}
