namespace Aspire.Hosting.ApplicationModel;

/// <summary>A RabbitMQ server: the one of <c>ConnectionStrings__name</c> when that is set, else a private local process.</summary>
public class RabbitMQServerResource : Resource, IResourceWithConnectionString, IResourceWithEnvironment, IResourceWithWaitSupport
{
    internal RabbitMQServerResource(string name, ParameterResource? userName, ParameterResource? password, int? port) : base(name)
    {
        UserNameParameter = userName;
        Password = password;
        PreferredPort = port;
    }

    public ParameterResource? UserNameParameter { get; }

    internal ParameterResource? Password { get; }

    internal int? PreferredPort { get; }

    /// <summary>Known once the application has started.</summary>
    internal string? ConnectionString { get; set; }

    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(
        ConnectionString ?? throw new DistributedApplicationException($"Server {Name} has no connection string before the application starts."));
}
