namespace Aspire.Hosting.Running;

/// <summary>A local process to run: what, where, as whom, and where its output goes.</summary>
internal sealed record ProcessSpec(string Command, IReadOnlyList<string> Arguments, string WorkingDirectory, string LogPath)
{
    /// <summary>Set on top of the host's own environment; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>The account to change to, which only root can; null stays the caller.</summary>
    public string? User { get; init; }

    /// <summary>
    /// A file that stays locked as long as the process or a child of it lives; a second process waits for it. Keeps two
    /// servers off the same data when a host is killed and started again at once.
    /// </summary>
    public string? LockPath { get; init; }

    /// <summary>The signal that asks for an orderly stop, without "SIG".</summary>
    public string StopSignal { get; init; } = "TERM";
}
