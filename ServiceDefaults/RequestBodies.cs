namespace AlgoStack.ServiceDefaults;

/// <summary>What callers send.</summary>
public static class RequestBodies
{
    /// <summary>
    /// The most that the gateway lets through, and so the least that a service behind it takes: who refuses sooner has hung up while the gateway
    /// still sends, and is taken to be away.
    /// </summary>
    public const int MostBytes = 1024 * 1024;
}
