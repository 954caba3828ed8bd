using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>
/// How ordered contracts travel: a direct exchange named for the contract, routing key = partition, and for each
/// (consumer, partition) one quorum queue with a single active consumer that is handed one message at a time.
/// </summary>
public static partial class OrderedTopology
{
    /// <summary>How many partitions instruments are hashed to. Fixed for a store's life: the hash decides where a bar is.</summary>
    public const int Partitions = 1;

    /// <summary>More than this many messages in a queue and the publisher is refused until the consumer catches up.</summary>
    public const int MostQueuedMessages = 256;

    /// <summary>More would let a message be handled before an earlier one that was given back to the queue.</summary>
    public const ushort Prefetch = 1;

    /// <summary>RabbitMQ 4 drops a message after 20 deliveries unless told otherwise; an ordered one is never dropped.</summary>
    public const int MostDeliveries = 1_000_000;

    public static string ExchangeOf(Type contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return contract.Name;
    }

    public static string RoutingKey(int partition) => partition.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>As in <c>signal.evaluate-bars.0</c>.</summary>
    public static string QueueOf(string service, Type consumer, int partition) => $"{QueueOf(service, consumer)}.{RoutingKey(partition)}";

    /// <summary>The queue of a consumer whose messages need no order, as in <c>alerting.raise-alert</c>.</summary>
    public static string QueueOf(string service, Type consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        return $"{service}.{Kebab(consumer.Name)}";
    }

    /// <summary>
    /// The message id of one batch of a session: the same batch published again after a crash has the same id, which the
    /// contract's name keeps apart from what others publish for the same batch.
    /// </summary>
    public static Guid MessageId(Type contract, string sessionId, int partition, long sequence)
    {
        ArgumentNullException.ThrowIfNull(contract);
        var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{contract.FullName}/{sessionId}/{partition}/{sequence}");
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16), bigEndian: true);
    }

    /// <summary><c>AlgoStack.BrokerRouting</c> is <c>broker-routing</c>.</summary>
    internal static string ServiceName(string applicationName) => Kebab(applicationName[(applicationName.LastIndexOf('.') + 1)..]);

    private static string Kebab(string name) => WordStart().Replace(name, "-").ToLowerInvariant();

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WordStart();
}
