using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Collects the resources of an application before it runs.</summary>
public interface IDistributedApplicationBuilder
{
    /// <summary>The folder of the host's project; relative paths start there.</summary>
    string AppHostDirectory { get; }

    IResourceCollection Resources { get; }

    IResourceBuilder<T> AddResource<T>(T resource) where T : IResource;

    DistributedApplication Build();
}

internal sealed class DistributedApplicationBuilder(string appHostDirectory, string statePath) : IDistributedApplicationBuilder
{
    public string AppHostDirectory => appHostDirectory;

    public string StatePath => statePath;

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (Resources.Any(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException($"There are two resources named {resource.Name}; a name must be unique.");

        Resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    public DistributedApplication Build() => new(appHostDirectory, statePath, [.. Resources]);
}
