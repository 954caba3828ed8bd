using AlgoStack.EventStore;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.Benchmarks.EventStore;

/// <summary>A bar as an event: seven fields, as in the table of figures.</summary>
public sealed record BarRecorded(string Instrument, DateTimeOffset ClosedAt, double Open, double High, double Low, double Close, double Volume)
{
    public static BarRecorded Number(long i)
    {
        var open = 100 + (i % 1_000 * 0.01);
        return new BarRecorded("AAPL.XNAS", DateTimeOffset.UnixEpoch.AddMinutes(i), open, open + 0.25, open - 0.25, open + 0.05, 1_000 + (i % 977));
    }
}

/// <summary>A store as a service has it, in a schema of its own.</summary>
internal sealed class BenchmarkStore : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchmarkStore(IHost host, string connectionString, string schema)
    {
        _host = host;
        ConnectionString = connectionString;
        Schema = schema;
    }

    public string ConnectionString { get; }

    public string Schema { get; }

    public EventLog Log => _host.Services.GetRequiredService<EventLog>();

    public EventDaemon Daemon => _host.Services.GetRequiredService<EventDaemon>();

    public NpgsqlDataSource Database => Log.Source;

    public static async Task<BenchmarkStore> StartAsync(string connectionString, string schema, Action<EventStoreOptions>? more = null)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:algostack", connectionString)]);
        builder.Logging.ClearProviders();
        builder.AddEventStore("algostack", schema, store =>
        {
            store.Event<BarRecorded>("bar_recorded");
            more?.Invoke(store);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new BenchmarkStore(host, connectionString, schema);
    }

    /// <summary>A log of so many events, in streams of <paramref name="eventsPerStream"/> each, vacuumed as a log that has lain for a while.</summary>
    public async Task FillAsync(int events, int eventsPerStream)
    {
        var perSession = Math.Max(5_000, eventsPerStream);
        for (var start = 0; start < events; start += perSession)
        {
            var session = Log.OpenSession();
            for (var stream = start; stream < Math.Min(events, start + perSession); stream += eventsPerStream)
                session.Append($"filled-{stream}", Enumerable.Range(stream, eventsPerStream).Select(i => BarRecorded.Number(i)));
            await session.SaveChangesAsync();
        }

        await ExecuteAsync("vacuum analyze mt_events, mt_streams");
    }

    /// <summary>From here on nobody reads the high-water mark, seals or projects.</summary>
    public Task StopFollowingAsync() => Daemon.StoppingAsync(CancellationToken.None);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> NewestAsync()
    {
        await using var newest = Database.CreateCommand("select max(seq_id) from mt_events");
        return (long)(await newest.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}

internal sealed record BarCount(int Bars, double Volume)
{
    public BarCount With(BarRecorded bar) => new(Bars + 1, Volume + bar.Volume);
}
