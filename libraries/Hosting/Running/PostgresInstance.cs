using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace Aspire.Hosting.Running;

/// <summary>A PostgreSQL resource's server: the given one, else a private process.</summary>
internal sealed class PostgresInstance : ResourceInstance
{
    private const string DefaultUser = "postgres";

    private readonly PostgresServerResource _resource;
    private readonly PostgresServer? _server;
    private readonly PostgresDatabaseResource[] _databases;

    public PostgresInstance(PostgresServerResource resource, IEnumerable<IResource> all, StateFolder state) : base(resource.Name, resource)
    {
        _resource = resource;
        _databases = [.. all.OfType<PostgresDatabaseResource>().Where(database => database.Parent == resource)];
        LogPath = state.Log(resource.Name);
        if (Environment.GetEnvironmentVariable($"ConnectionStrings__{resource.Name}") is { } given)
        {
            resource.ConnectionString = given;
            return;
        }

        // With every database given there is nothing for a server of our own to do.
        if (_databases.Length > 0 && _databases.All(database => database.Given is not null))
        {
            resource.ConnectionString = _databases[0].Given;
            return;
        }

        var (folder, kept) = state.DataOf(resource);
        var password = resource.Password?.CurrentValue ?? ServerPassword.Of(folder, kept);
        var port = resource.PreferredPort is { } preferred ? LoopbackPorts.From(preferred) : LoopbackPorts.Any();
        _server = new PostgresServer(folder, port, resource.UserNameParameter?.CurrentValue ?? DefaultUser, password, LogPath);
        resource.ConnectionString = _server.ConnectionString;
    }

    public override bool IsServer => true;

    public override string? Url
    {
        get
        {
            var connection = new NpgsqlConnectionStringBuilder(_resource.ConnectionString);
            return $"postgresql://{connection.Host}:{connection.Port}";
        }
    }

    public override string LogPath { get; }

    public override TimeSpan StopGrace => StopBounds.Server;

    public override async Task<ProcessSpec?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (_server is null) return null;

        await _server.PrepareAsync(cancellationToken);
        return _server.Process();
    }

    public override async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        var asked = _server is null && _databases.Length > 0 && _databases.All(database => database.Given is not null)
            ? _databases.Select(database => database.Given!)
            : [_resource.ConnectionString!];
        foreach (var connectionString in asked)
            if (await ServerProbes.PostgresAsync(connectionString, cancellationToken) is { } reason) return reason;

        return null;
    }

    public override async Task OnHealthyAsync(CancellationToken cancellationToken)
    {
        foreach (var database in _databases.Where(database => database.Given is null))
            await ServerProbes.EnsureDatabaseAsync(_resource.ConnectionString!, database.DatabaseName, cancellationToken);
    }
}

/// <summary>The password of a private server: random, and kept beside its data when that is kept.</summary>
internal static class ServerPassword
{
    private const int Length = 32;

    public static string Of(string folder, bool kept)
    {
        var file = Path.Combine(folder, "password");
        if (kept && File.Exists(file)) return File.ReadAllText(file);

        var password = RandomNumberGenerator.GetHexString(Length, lowercase: true);
        if (kept) OwnedFolder.Write(file, password);
        return password;
    }
}
