using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>One thing to keep running for a resource: its server, or one of its replicas.</summary>
internal abstract class ResourceInstance(string name, IResource resource)
{
    /// <summary>Unique; a replica's ends in its number.</summary>
    public string Name => name;

    public IResource Resource => resource;

    /// <summary>Servers stop last, when nobody uses them any more.</summary>
    public virtual bool IsServer => false;

    /// <summary>Whether its program is not there yet but on its way.</summary>
    public virtual bool IsBeingBuilt => false;

    /// <summary>Where it listens, without user and password.</summary>
    public abstract string? Url { get; }

    public abstract string LogPath { get; }

    /// <summary>The time it has for an orderly stop.</summary>
    public abstract TimeSpan StopGrace { get; }

    /// <summary>Makes ready what the process needs; null when there is no process because the server is somebody else's.</summary>
    public abstract Task<ProcessSpec?> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Null when healthy, else the reason why not.</summary>
    public abstract Task<string?> ProbeAsync(CancellationToken cancellationToken);

    /// <summary>Done once after each start, before anybody who waits goes on.</summary>
    public virtual Task OnHealthyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether ending with this code is the end, rather than a crash to recover from.</summary>
    public virtual bool IsFinished(int exitCode) => false;
}
