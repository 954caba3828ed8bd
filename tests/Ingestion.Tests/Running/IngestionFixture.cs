using System.Globalization;
using AlgoStack.Ingestion.Providers;
using AlgoStack.Testing;
using Npgsql;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Running;

/// <summary>A database and a virtual host of the class's own, ingestion on them, and a listener.</summary>
public sealed class IngestionFixture : IAsyncLifetime
{
    private readonly ServerFixture _servers = new();

    internal ServerFixture Servers => _servers;

    internal string Database { get; private set; } = "";

    internal string Broker { get; private set; } = "";

    internal IngestionHost Ingestion { get; private set; } = null!;

    internal BarListener Listener { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _servers.InitializeAsync();
        Database = await _servers.CreateSchemaDatabaseAsync();
        Broker = await _servers.CreateVirtualHostAsync();
        Listener = await BarListener.StartAsync(Broker);
        Ingestion = await IngestionHost.StartAsync(Database, Broker);
    }

    /// <summary>Stops ingestion and starts it anew on the same database and broker.</summary>
    internal async Task RestartAsync(FeedTimings? timings = null, params string[] settings)
    {
        await Ingestion.DisposeAsync();
        Ingestion = await IngestionHost.StartAsync(Database, Broker, timings, settings);
    }

    /// <summary>One value of the database.</summary>
    internal async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(Database) { SearchPath = "ingestion", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
#pragma warning disable CA2100 // The tests' own text.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (T)Convert.ChangeType((await command.ExecuteScalarAsync())!, typeof(T), CultureInfo.InvariantCulture);
    }

    public async Task DisposeAsync()
    {
        await Ingestion.DisposeAsync();
        await Listener.DisposeAsync();
        await _servers.DisposeAsync();
    }
}
