using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Tests;

/// <summary>A running service with a store and nothing else.</summary>
internal sealed class TestStore : IAsyncDisposable
{
    private readonly IHost _host;

    private TestStore(IHost host) => _host = host;

    public EventLog Log => Service<EventLog>();

    public EventDaemon Daemon => Service<EventDaemon>();

    public NpgsqlDataSource Database => Service<NpgsqlDataSource>();

    public static async Task<TestStore> StartAsync(
        string connectionString, string schema, Action<EventStoreOptions>? more = null, TimeProvider? clock = null)
    {
        var builder = Host.CreateApplicationBuilder();
        if (clock is not null) builder.Services.AddSingleton(clock);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:algostack", connectionString)]);
        builder.Logging.ClearProviders();
        builder.AddEventStore("algostack", schema, options =>
        {
            Register(options);
            more?.Invoke(options);
        });
        var host = builder.Build();
        await host.StartAsync();
        return new TestStore(host);
    }

    public static void Register(EventStoreOptions options)
    {
        options.Event<Opened>("account_opened");
        options.Event<Deposited>("money_deposited");
        options.Event<Withdrawn>("money_withdrawn");
        options.Event<Measured>("level_measured");
        options.Aggregate(Account.Nobodys, Account.Apply);
        options.Aggregate(() => new AccountTotals(), (totals, e) => totals.Apply(e));
    }

    public T Service<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public Task<HealthReport> HealthAsync() => Service<HealthCheckService>().CheckHealthAsync();

    public async Task AppendAsync(string stream, params object[] events)
    {
        var session = Log.OpenSession();
        session.Append(stream, events);
        await session.SaveChangesAsync();
    }

    public Task<IReadOnlyList<StoredEvent>> StreamAsync(string stream) => Log.OpenSession().FetchStreamAsync(stream);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)));
        return rows;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stops in order.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
