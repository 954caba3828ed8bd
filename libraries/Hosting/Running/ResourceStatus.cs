namespace Aspire.Hosting.Running;

internal enum ResourceState
{
    NotStarted,
    Waiting,
    Starting,
    Healthy,
    Unhealthy,
    Crashed,
    Finished,
    Stopping,
    Stopped,
    Failed,
}

/// <param name="Detail">What it waits for, why it is unhealthy, how it crashed; for people.</param>
/// <param name="Pid">The process itself, not its supervisor.</param>
internal sealed record ResourceStatus(ResourceState State, string? Detail = null, int? Pid = null, int? ExitCode = null);
