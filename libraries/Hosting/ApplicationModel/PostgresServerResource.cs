using Npgsql;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A PostgreSQL server: the one of <c>ConnectionStrings__name</c> when that is set, else a private local process.</summary>
public class PostgresServerResource : Resource, IResourceWithConnectionString, IResourceWithEnvironment, IResourceWithWaitSupport
{
    private readonly Dictionary<string, string> _databases = new(StringComparer.Ordinal);

    internal PostgresServerResource(string name, ParameterResource? userName, ParameterResource? password, int? port) : base(name)
    {
        UserNameParameter = userName;
        Password = password;
        PreferredPort = port;
    }

    public ParameterResource? UserNameParameter { get; }

    /// <summary>Resource name to database name.</summary>
    public IReadOnlyDictionary<string, string> Databases => _databases;

    internal ParameterResource? Password { get; }

    internal int? PreferredPort { get; }

    /// <summary>Known once the application has started.</summary>
    internal string? ConnectionString { get; set; }

    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(
        ConnectionString ?? throw new DistributedApplicationException($"Server {Name} has no connection string before the application starts."));

    internal void AddDatabase(string name, string databaseName) => _databases.Add(name, databaseName);
}

/// <summary>A database of a server, made when it is missing. <c>ConnectionStrings__name</c>, when set, takes its place.</summary>
public class PostgresDatabaseResource : Resource, IResourceWithConnectionString
{
    internal PostgresDatabaseResource(string name, string databaseName, PostgresServerResource postgresParentResource) : base(name)
    {
        DatabaseName = databaseName;
        Parent = postgresParentResource;
    }

    public string DatabaseName { get; }

    public PostgresServerResource Parent { get; }

    internal string? Given => Environment.GetEnvironmentVariable($"ConnectionStrings__{Name}");

    public async ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        Given ?? new NpgsqlConnectionStringBuilder(await Parent.GetConnectionStringAsync(cancellationToken)) { Database = DatabaseName }.ConnectionString;
}
