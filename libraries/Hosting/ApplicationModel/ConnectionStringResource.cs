namespace Aspire.Hosting.ApplicationModel;

/// <summary>A connection string given from outside, for a server that is not part of the application.</summary>
internal sealed class ConnectionStringResource(string name, string variable) : Resource(name), IResourceWithConnectionString
{
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<string?>(Environment.GetEnvironmentVariable(variable)
            ?? throw new DistributedApplicationException($"Connection string {Name} has no value: set the environment variable {variable}."));
}
