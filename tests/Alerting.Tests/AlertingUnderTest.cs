using System.Net.Http.Json;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Messaging;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlgoStack.Alerting.Tests;

/// <summary>The service on a database and virtual host of its own, answering on a free loopback port.</summary>
internal sealed class AlertingUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;

    private AlertingUnderTest(WebApplication app)
    {
        _app = app;
        Http = ServiceAccess.NewClient(new Uri(app.Urls.Single()));
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public OrderedPublisher Ordered => Services.GetRequiredService<OrderedPublisher>();

    public IBus Bus => Services.GetRequiredService<IBus>();

    public EventLog Log => Services.GetRequiredService<EventLog>();

    public static async Task<AlertingUnderTest> StartAsync(AlertingServers servers, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ApplicationName = "AlgoStack.Alerting", EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["ConnectionStrings:algostack"] = servers.Database,
            ["ConnectionStrings:messaging"] = servers.VirtualHost,
            ["services:signal:http:0"] = "http://127.0.0.1:9",
            ["urls"] = "http://127.0.0.1:0",
        });
        builder.Configuration.AddInMemoryCollection(ServiceAccess.Settings);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var app = AlertingService.Build(builder);
        await app.StartAsync(CancellationToken.None);
        return new AlertingUnderTest(app);
    }

    public Task PublishAsync(BarsEvaluated batch, CancellationToken cancellationToken = default) => Ordered.PublishAsync(
        batch,
        batch.Partition,
        OrderedTopology.MessageId(typeof(BarsEvaluated), batch.SessionId, batch.Partition, batch.Sequence),
        cancellationToken);

    public async Task<IReadOnlyList<AlertView>> AlertsAsync(string query = "") =>
        (await Http.GetFromJsonAsync<List<AlertView>>($"/alerts{query}", CancellationToken.None))!;

    public async Task<AlertingProgress> ProgressAsync(string session) =>
        (await Http.GetFromJsonAsync<AlertingProgress>($"/sessions/{session}/progress", CancellationToken.None))!;

    /// <summary>What happened to an alert, as stored.</summary>
    public async Task<IReadOnlyList<object>> HistoryAsync(string alertId)
    {
        var stored = await Log.OpenSession().FetchStreamAsync($"alert-{alertId}", cancellationToken: CancellationToken.None);
        return [.. stored.Select(e => e.Data)];
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}

/// <summary>Where an instance finds its database and bus, so that another can be started on the same.</summary>
internal sealed record AlertingServers(string Database, string VirtualHost)
{
    public static async Task<AlertingServers> NewAsync(ServerFixture servers) =>
        new(await servers.CreateSchemaDatabaseAsync(), await servers.CreateVirtualHostAsync());
}
