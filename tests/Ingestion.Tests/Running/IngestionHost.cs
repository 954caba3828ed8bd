using System.Net.Http.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Providers;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AlgoStack.Ingestion.Tests.Running;

/// <summary>The whole service in this process, on a real database and broker.</summary>
internal sealed class IngestionHost : IAsyncDisposable
{
    private readonly IHost _host;

    private IngestionHost(IHost host) => _host = host;

    public HttpClient Http { get; } = new() { DefaultRequestHeaders = { Authorization = ServiceAccess.Header } };

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public static async Task<IngestionHost> StartAsync(
        string database, string broker, FeedTimings? timings = null, params string[] settings)
    {
        var builder = WebApplication.CreateBuilder(
        [
            $"--ConnectionStrings:algostack={database}",
            $"--ConnectionStrings:messaging={broker}",
            "--urls=http://127.0.0.1:0",
            "--Logging:LogLevel:Default=Warning",
            .. ServiceAccess.Settings.Select(s => $"--{s.Key}={s.Value}"),
            .. settings,
        ]);
        if (timings is not null) builder.Services.AddSingleton(timings);
        var started = new IngestionHost(builder.AddIngestion().Build().MapIngestion());
        await started._host.StartAsync();
        var addresses = started.Get<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        started.Http.BaseAddress = new Uri(addresses.First());
        return started;
    }

    public async Task<SessionStatus> StartReplayAsync(StartReplay replay)
    {
        using var response = await Http.PostAsJsonAsync("/replays", replay);
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(System.Net.HttpStatusCode.Accepted, text);
        return (await response.Content.ReadFromJsonAsync<SessionStatus>())!;
    }

    public async Task<SessionStatus> StatusAsync(string sessionId) =>
        (await Http.GetFromJsonAsync<SessionStatus>($"/sessions/{sessionId}"))!;

    /// <summary>The session's status once it has ended.</summary>
    public async Task<SessionStatus> EndAsync(string sessionId, TimeSpan? timeout = null)
    {
        SessionStatus? status = null;
        await Eventually.True(
            async () =>
            {
                // The database may be away in the middle of it.
                using var response = await Http.GetAsync($"/sessions/{sessionId}");
                if (!response.IsSuccessStatusCode) return false;
                status = await response.Content.ReadFromJsonAsync<SessionStatus>();
                return status!.EndedAt is not null;
            },
            timeout ?? TimeSpan.FromSeconds(60),
            $"session {sessionId} ends");
        return status!;
    }

    public async Task<SessionStatus> ReplayAsync(StartReplay replay) => await EndAsync((await StartReplayAsync(replay)).SessionId);

    /// <summary>Every block of a session read back, in order.</summary>
    public async Task<IReadOnlyList<BarColumns>> BarsAsync(string sessionId)
    {
        await using var body = await Http.GetStreamAsync($"/sessions/{sessionId}/bars");
        var blocks = new List<BarColumns>();
        while (await BarColumns.ReadAsync(body) is { } block) blocks.Add(block);
        return blocks;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.StopAsync();
        _host.Dispose();
    }
}
