namespace Aspire.Hosting.Running;

/// <summary>How long an orderly stop may take. Services stop together, then servers together: 15 s in all, then the process tree is killed.</summary>
internal static class StopBounds
{
    public static readonly TimeSpan Service = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Server = TimeSpan.FromSeconds(4);
}
