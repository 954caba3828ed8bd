using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.SystemTests;

/// <summary>The whole of AlgoStack as a person runs it: AppHost in a process of its own, and all that AppHost starts.</summary>
public sealed class RunningSystem : IAsyncLifetime
{
    /// <summary>On paper.</summary>
    public const string Account = "desk";

    private WholeSystem? _system;

    public async Task InitializeAsync() => _system = await WholeSystem.StartAsync(WholeSystem.OnPaper(Account));

    public async Task DisposeAsync()
    {
        if (_system is not null) await _system.DisposeAsync();
    }

    public string? StateOf(string resource) => _system!.StateOf(resource);

    public int CrashesOf(string resource) => _system!.CrashesOf(resource);

    /// <summary>Where the console is.</summary>
    public Uri Console => new(_system!.Address, "/console/");

    /// <inheritdoc cref="WholeSystem.FirstAdminLink"/>
    public Uri? FirstAdminLink => _system!.FirstAdminLink;

    /// <inheritdoc cref="WholeSystem.Kill"/>
    public void Kill(string resource) => _system!.Kill(resource);

    public Task<string> StartReplayAsync(string file, string speed) => BeginAsync("/api/v1/replays", new StartReplay(file, speed));

    /// <summary>Puts a file on the tape, all of it.</summary>
    public async Task ImportAsync(string file)
    {
        var session = await BeginAsync("/api/v1/imports", new StartImport(file));
        await Eventually.True(async () => await StatusAsync(session) is { State: "completed" }, TimeSpan.FromSeconds(60), $"{file} is on the tape");
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
        using var response = await _system!.Gateway.PostAsync($"/api/v1/backtest/parity/{session}", content: null);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<ParityReport>())!;
    }

    /// <summary>One value of the database.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(await _system!.DatabaseAsync());
#pragma warning disable CA2100 // The tests' own text.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync())!, typeof(T), CultureInfo.InvariantCulture);
    }

    private async Task<string> BeginAsync<T>(string path, T command)
    {
        using var response = await _system!.Gateway.PostAsJsonAsync(path, command);
        response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return (await response.Content.ReadFromJsonAsync<SessionStatus>())!.SessionId;
    }

    private static bool IsAway(HttpStatusCode status) => status is HttpStatusCode.NotFound || (int)status >= 500;

    /// <summary>Null while nobody knows, or who knows is away.</summary>
    private async Task<T?> FindAsync<T>(string path)
        where T : class
    {
        try
        {
            using var response = await _system!.Gateway.GetAsync(path);
            return IsAway(response.StatusCode) ? null : await response.Content.ReadFromJsonAsync<T>();
        }
        catch (HttpRequestException)
        {
            return null;
        }
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
