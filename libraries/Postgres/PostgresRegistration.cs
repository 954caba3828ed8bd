using System.Reflection;
using System.Runtime.CompilerServices;
using AlgoStack.Postgres.Archives;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace AlgoStack.Postgres;

public static class PostgresRegistration
{
    /// <summary>The most connections a service keeps; together all services stay far below the server's own bound.</summary>
    public const int MostConnections = 12;

    /// <summary>
    /// Registers one <see cref="NpgsqlDataSource"/> on the connection string <paramref name="connectionName"/>, working
    /// in <paramref name="schema"/> as the role of the same name (prefixed <c>algostack_</c>). At start, before anything
    /// else, the schema and role are made, the build is registered, and the migrations of <paramref name="before"/> and then the
    /// <c>Schema/NNNN_name.sql</c> resources of <paramref name="service"/>, the caller's assembly by default, applied; then
    /// those of every other <see cref="MigrationSource"/> that is registered.
    /// </summary>
    /// <exception cref="PostgresConfigurationException">The connection string is missing or unreadable.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddPostgres(
        this IHostApplicationBuilder builder, string connectionName, string schema, Assembly? service = null, params MigrationSource[] before)
    {
        ArgumentNullException.ThrowIfNull(builder);
        service ??= Assembly.GetCallingAssembly();
        var database = new ServiceDatabase(
            ReadConnectionString(builder.Configuration, connectionName), schema, builder.Environment.ApplicationName);

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(database);
        builder.Services.AddSingleton(ServiceBuild.Of(builder.Environment.ApplicationName, service));
        builder.Services.AddSingleton(_ => database.CreateDataSource());
        foreach (var source in before.Append(new MigrationSource("service", service, "Schema"))) builder.Services.AddSingleton(source);
        builder.Services.AddSingleton(services => new ArchiveFolder(
            Path.Combine(ArchivePath(builder.Configuration), schema), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<Migrator>();
        builder.Services.AddSingleton<SchemaDrift>();
        builder.Services.AddHostedService<MigrateAtStart>();
        builder.Services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgres", HealthStatus.Unhealthy, ["ready"]);
        builder.Services.AddHealthChecks().AddCheck<NewestBuildCheck>("build", HealthStatus.Unhealthy, ["ready"]);
        // When somebody asks for it, by /health/deep: it applies every migration anew.
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "schema", services => services.GetRequiredService<SchemaDrift>(), HealthStatus.Degraded, ["deep"]));
    }

    /// <summary><c>Archives:Folder</c>, else <c>archives</c> among what the application keeps.</summary>
    private static string ArchivePath(IConfiguration configuration)
    {
        if (configuration["Archives:Folder"] is { Length: > 0 } given) return Path.GetFullPath(given);

        var state = configuration["ALGOSTACK_STATE"] is { Length: > 0 } folder
            ? folder
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "algostack");
        return Path.Combine(state, "archives");
    }

    private static string ReadConnectionString(IConfiguration configuration, string name)
    {
        var text = configuration.GetConnectionString(name);
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new PostgresConfigurationException($"ConnectionStrings:{name} is not set; expected an Npgsql connection string.");
        }

        try
        {
            return new NpgsqlConnectionStringBuilder(text).ConnectionString;
        }
        catch (ArgumentException e)
        {
            throw new PostgresConfigurationException($"ConnectionStrings:{name} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A configuration key is missing or wrong; the message names it in one sentence.</summary>
public sealed class PostgresConfigurationException : Exception
{
    public PostgresConfigurationException(string message)
        : base(message)
    {
    }

    public PostgresConfigurationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
