using Aspire.Hosting.Running;

namespace Aspire.Hosting.ApplicationModel;

internal sealed record EnvironmentCallbackAnnotation(Action<EnvironmentCallbackContext> Callback) : IResourceAnnotation;

internal sealed record CommandLineArgumentsAnnotation(IReadOnlyList<string> Arguments) : IResourceAnnotation;

/// <summary>Start only when the dependency is healthy, or, with an exit code, when it has ended with that code.</summary>
internal sealed record WaitAnnotation(IResource Dependency, int? ExitCode) : IResourceAnnotation;

internal sealed record HttpHealthCheckAnnotation(string Path, int StatusCode, string? EndpointName) : IResourceAnnotation;

internal sealed record ReplicaAnnotation(int Replicas) : IResourceAnnotation;

internal sealed record ExplicitStartAnnotation : IResourceAnnotation;

/// <summary>Keep the data under this name from run to run.</summary>
internal sealed record DataVolumeAnnotation(string Name) : IResourceAnnotation;

internal sealed record ManagementPluginAnnotation(int? Port) : IResourceAnnotation;

internal sealed record EndpointAnnotation(string Name, int? PreferredPort, string? PortVariable) : IResourceAnnotation
{
    /// <summary>One port for each replica, given out when the application starts.</summary>
    public IReadOnlyList<PortReservation> Ports { get; set; } = [];

    public bool IsExternal { get; set; }
}

internal sealed record ConnectionReferenceAnnotation(IResourceWithConnectionString Source, string ConnectionName, bool Optional) : IResourceAnnotation;
