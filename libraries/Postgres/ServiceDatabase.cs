using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>A service's corner of the one database: its schema, and the role it works as.</summary>
public sealed class ServiceDatabase
{
    private const int PreparedStatements = 50;
    private const int KeepAliveSeconds = 10;

    private readonly string _connectionString;
    private readonly string _applicationName;

    /// <param name="connectionString">Of a user who may make schemas and roles.</param>
    /// <param name="schema">Lower-case letters, digits and underscores.</param>
    /// <param name="applicationName">As the server shows the connections.</param>
    public ServiceDatabase(string connectionString, string schema, string applicationName)
    {
        if (schema.Length is 0 or > 48 || schema.Any(c => c is not (>= 'a' and <= 'z' or >= '0' and <= '9' or '_')))
        {
            throw new ArgumentException($"Schema: expected up to 48 of a-z, 0-9 and _, found '{schema}'.", nameof(schema));
        }

        Schema = schema;
        Role = $"algostack_{schema}";
        _connectionString = connectionString;
        _applicationName = applicationName;
    }

    public string Schema { get; }

    public string Role { get; }

    /// <summary>A lock key of this schema for <paramref name="purpose"/>: the first eight bytes of a SHA-256.</summary>
    public long LockKey(string purpose) =>
        BitConverter.ToInt64(SHA256.HashData(Encoding.UTF8.GetBytes($"{Schema}/{purpose}")));

    /// <summary>
    /// Connections that work as the role in the schema. Prepared statements outlive their use, and a connection goes back
    /// to the pool as it is: DISCARD ALL would drop the plans.
    /// </summary>
    public NpgsqlDataSource CreateDataSource()
    {
        // Without a logger: it would write a line a command. Npgsql's own activities and meters tell as much for less.
        var settings = Settings();
        settings.MaxPoolSize = PostgresRegistration.MostConnections;
        return NpgsqlDataSource.Create(settings);
    }

    /// <summary>A connection of <see cref="CreateDataSource"/>'s.</summary>
    /// <exception cref="TooManyConnectionsException">The server takes no more connections.</exception>
    public async ValueTask<NpgsqlConnection> OpenConnectionAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        try
        {
            return await source.OpenConnectionAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            throw new TooManyConnectionsException(_applicationName, Role, e);
        }
    }

    /// <summary>
    /// A connection that works as the role in the schema, outside any pool: what its session holds, locks above all, is
    /// gone with it.
    /// </summary>
    public NpgsqlConnection CreateConnection()
    {
        var settings = Settings();
        settings.Pooling = false;
        settings.KeepAlive = KeepAliveSeconds;
        return new NpgsqlConnection(settings.ConnectionString);
    }

    /// <summary>A connection of the configured user, outside any pool, for what comes before the role.</summary>
    public NpgsqlConnection CreateOwnerConnection() => new(new NpgsqlConnectionStringBuilder(_connectionString)
    {
        ApplicationName = _applicationName,
        Pooling = false,
    }.ConnectionString);

    private NpgsqlConnectionStringBuilder Settings() => new(_connectionString)
    {
        ApplicationName = _applicationName,
        // The event store's lock-then-read needs a new snapshot a statement, whatever the server's default is.
        Options = $@"-c role={Role} -c default_transaction_isolation=read\ committed",
        SearchPath = Schema,
        MaxAutoPrepare = PreparedStatements,
        NoResetOnClose = true,
        IncludeErrorDetail = true,
    };
}
