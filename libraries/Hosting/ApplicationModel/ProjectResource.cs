namespace Aspire.Hosting.ApplicationModel;

/// <summary>A .NET project, run from what was last built of it.</summary>
public class ProjectResource(string name)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithServiceDiscovery;
