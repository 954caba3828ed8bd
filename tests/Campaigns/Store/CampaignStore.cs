using AlgoStack.EventStore;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlgoStack.Campaigns.Store;

/// <summary>A running service with a store of <see cref="Entry"/> and nothing else.</summary>
internal sealed class CampaignStore : IAsyncDisposable
{
    public const string ConnectionVariable = "ConnectionStrings__algostack";

    private readonly IHost _host;

    private CampaignStore(IHost host) => _host = host;

    public EventLog Log => Service<EventLog>();

    public EventDaemon Daemon => Service<EventDaemon>();

    public static async Task<CampaignStore> StartAsync(
        string connectionString, string schema, Action<EventStoreOptions> follow, Action<IServiceCollection>? more = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:algostack", connectionString)]);
        builder.Logging.ClearProviders();
        builder.AddEventStore("algostack", schema, store =>
        {
            store.Event<Entry>("entry_appended");
            store.Event<Refused>("entry_refused");
            store.Aggregate(Tally.None, Tally.Apply);
            follow(store);
        });
        more?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new CampaignStore(host);
    }

    public T Service<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
