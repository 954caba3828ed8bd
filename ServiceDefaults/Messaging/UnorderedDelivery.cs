namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>The bounds of delivery where order does not matter.</summary>
internal static class UnorderedDelivery
{
    public const int Prefetch = 16;
    public const int Retries = 5;

    /// <summary>Fewer than the 20 after which RabbitMQ 4 drops a message.</summary>
    public const int MostDeliveries = 15;

    public static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(100);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
}
