using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>A RabbitMQ resource's server: the given one, else a private process.</summary>
internal sealed class RabbitMQInstance : ResourceInstance
{
    private const string DefaultUser = "guest";

    private readonly RabbitMQServerResource _resource;
    private readonly RabbitMQServer? _server;

    public RabbitMQInstance(RabbitMQServerResource resource, StateFolder state) : base(resource.Name, resource)
    {
        _resource = resource;
        LogPath = state.Log(resource.Name);
        if (Environment.GetEnvironmentVariable($"ConnectionStrings__{resource.Name}") is { } given)
        {
            resource.ConnectionString = given;
            return;
        }

        var (folder, kept) = state.DataOf(resource);
        var password = resource.Password?.CurrentValue ?? ServerPassword.Of(folder, kept);
        var management = resource.Annotations.OfType<ManagementPluginAnnotation>().LastOrDefault();
        var ports = new RabbitMQPorts(
            resource.PreferredPort is { } preferred ? LoopbackPorts.From(preferred) : LoopbackPorts.Any(),
            management is null ? null : management.Port is { } port ? LoopbackPorts.From(port) : LoopbackPorts.Any());
        _server = new RabbitMQServer(folder, ports, resource.UserNameParameter?.CurrentValue ?? DefaultUser, password, LogPath);
        resource.ConnectionString = _server.ConnectionString;
    }

    public override bool IsServer => true;

    public override string? Url => $"{Server.Scheme}://{Server.Host}:{Server.Port}";

    public override string LogPath { get; }

    public override TimeSpan StopGrace => StopBounds.Server;

    private Uri Server => new(_resource.ConnectionString!);

    public override async Task<ProcessSpec?> PrepareAsync(CancellationToken cancellationToken)
    {
        if (_server is null) return null;

        await _server.PrepareAsync(cancellationToken);
        return _server.Process();
    }

    public override Task<string?> ProbeAsync(CancellationToken cancellationToken) => ServerProbes.RabbitMQAsync(Server, cancellationToken);
}
