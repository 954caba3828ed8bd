namespace Aspire.Hosting.ApplicationModel;

/// <summary>A program of the machine, run with its output in a log file of the state folder.</summary>
public class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithServiceDiscovery
{
    public string Command => command;

    public string WorkingDirectory => workingDirectory;
}
