using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using Aspire.Hosting.Running;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.SystemTests;

/// <summary>The whole of AlgoStack as a person runs it: AppHost in a process of its own, and all that AppHost starts.</summary>
public sealed class RunningSystem : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(4);

    /// <summary>AppHost promises 15 s.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    private readonly string _state = Path.Combine(Path.GetTempPath(), $"algostack-system-{Guid.NewGuid():n}");
    private SupervisedProcess? _host;
    private HttpClient? _gateway;

    public async Task InitializeAsync()
    {
        // Every account may enter it: PostgreSQL runs as its own.
        Directory.CreateDirectory(_state);
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "AlgoStack.AppHost", "debug", "AlgoStack.AppHost.dll");
        _host = await SupervisedProcess.StartAsync(
            new ProcessSpec(BuiltProject.DotnetPath, [program], _state, Path.Combine(_state, "apphost.log"))
            {
                Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["ALGOSTACK_STATE"] = _state,
                    // `./test` lends its servers; the system under test brings and kills its own.
                    ["ConnectionStrings__algostack"] = null,
                    ["ConnectionStrings__messaging"] = null,
                },
            },
            CancellationToken.None);
        await Eventually.True(
            () =>
            {
                _host.Exited.IsCompleted.Should().BeFalse("AppHost runs on; its log is {0}", Path.Combine(_state, "apphost.log"));
                return StateOf("apphost") == "healthy";
            },
            StartTimeout,
            "everything is healthy");
        // Somebody else's gateway on the same port would look healthy too.
        foreach (var (resource, line) in Endpoints()) line.GetProperty("crashes").GetInt32().Should().Be(0, "{0} starts at the first attempt", resource);
        _gateway = new HttpClient { BaseAddress = new Uri(Endpoint("gateway").GetProperty("url").GetString()!), Timeout = TimeSpan.FromMinutes(5) };
        _gateway.DefaultRequestHeaders.Authorization = new("Bearer", await File.ReadAllTextAsync(Path.Combine(_state, "parameters", "service-key")));
    }

    public async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync(StopTimeout);
            await _host.DisposeAsync();
        }

        Directory.Delete(_state, recursive: true);
    }

    public void Dispose() => _gateway?.Dispose();

    /// <summary>Where the console is.</summary>
    public Uri Console => new(_gateway!.BaseAddress!, "/console/");

    /// <summary>The one-time link by which the first admin comes in, as <c>./run</c> prints it; null once it was used.</summary>
    public Uri? FirstAdminLink => File.Exists(Path.Combine(_state, "first-admin"))
        ? new Uri(_gateway!.BaseAddress!, File.ReadAllText(Path.Combine(_state, "first-admin")).Trim())
        : null;

    public string? StateOf(string resource) =>
        Endpoints().TryGetValue(resource, out var line) ? line.GetProperty("state").GetString() : null;

    public int CrashesOf(string resource) => Endpoint(resource).GetProperty("crashes").GetInt32();

    /// <summary>As <c>kill -9</c> does.</summary>
    public void Kill(string resource)
    {
        using var process = Process.GetProcessById(Endpoint(resource).GetProperty("pid").GetInt32());
        process.Kill();
    }

    public async Task<string> StartReplayAsync(string file, string speed)
    {
        using var response = await _gateway!.PostAsJsonAsync("/api/v1/replays", new StartReplay(file, speed));
        response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<SessionStatus>())!.SessionId;
    }

    /// <summary>Where the session stands once all of its bars have become signals, orders and alerts.</summary>
    public async Task<SessionOutcome> EndAsync(string session, TimeSpan timeout)
    {
        SessionStatus? status = null;
        RoutingProgress? routing = null;
        AlertingProgress? alerting = null;
        await Eventually.True(
            async () =>
            {
                status = await FindAsync<SessionStatus>($"/api/v1/sessions/{session}");
                routing = await FindAsync<RoutingProgress>($"/api/v1/routing/sessions/{session}/progress");
                alerting = await FindAsync<AlertingProgress>($"/api/v1/alerting/sessions/{session}/progress");
                return status is { State: "completed" or "failed" }
                    && routing is { Ended: true, Projected: true } && routing.LastSequence >= status.LastSequence
                    && alerting is { Settled: true } && alerting.LastOrderPosition >= (routing.LastOrderPosition ?? 0);
            },
            timeout,
            $"session {session} goes through");
        status!.State.Should().Be("completed", status.Error);
        return new SessionOutcome(status, routing!, alerting!);
    }

    public Task<RoutingProgress?> ProgressAsync(string session) => FindAsync<RoutingProgress>($"/api/v1/routing/sessions/{session}/progress");

    public Task<SessionStatus?> StatusAsync(string session) => FindAsync<SessionStatus>($"/api/v1/sessions/{session}");

    public async Task<ParityReport> ParityAsync(string session)
    {
        using var response = await _gateway!.PostAsync($"/api/v1/backtest/parity/{session}", content: null);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<ParityReport>())!;
    }

    /// <summary>One value of the database.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(await DatabaseAsync());
#pragma warning disable CA2100 // The tests' own text.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync())!, typeof(T), CultureInfo.InvariantCulture);
    }

    private static bool IsAway(HttpStatusCode status) => status is HttpStatusCode.NotFound || (int)status >= 500;

    /// <summary>Null while nobody knows, or who knows is away.</summary>
    private async Task<T?> FindAsync<T>(string path)
        where T : class
    {
        try
        {
            using var response = await _gateway!.GetAsync(path);
            return IsAway(response.StatusCode) ? null : await response.Content.ReadFromJsonAsync<T>();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    // AppHost shows secrets to nobody but the services it starts.
    private async Task<string> DatabaseAsync()
    {
        const string Variable = "ConnectionStrings__algostack=";
        var environment = await File.ReadAllTextAsync($"/proc/{Endpoint("ingestion").GetProperty("pid").GetInt32()}/environ");
        return environment.Split('\0').Single(line => line.StartsWith(Variable, StringComparison.Ordinal))[Variable.Length..];
    }

    private JsonElement Endpoint(string resource) => Endpoints()[resource];

    private Dictionary<string, JsonElement> Endpoints()
    {
        var file = Path.Combine(_state, "endpoints.json");
        return File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText(file))! : [];
    }
}

/// <summary>What a session came to in each service.</summary>
public sealed record SessionOutcome(SessionStatus Session, RoutingProgress Routing, AlertingProgress Alerting)
{
    /// <summary>All that two sessions of the same bars have in common, kills or none.</summary>
    public object Totals => (
        Session.BarsRead, Session.BarsAccepted, Session.Duplicates, Session.Quarantined.Values.Sum(),
        Routing.Signals, Routing.Intents, Routing.Denied, Routing.Fills,
        string.Join(';', Routing.Balances));
}
