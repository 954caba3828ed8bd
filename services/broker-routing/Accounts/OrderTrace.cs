using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.Orders;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>
/// One trace an order, from the wish to the last fill, however long that takes and however often the process dies: the trace's
/// id is a function of the order's, so that nothing has to be carried along. Request or signal that asked for it have traces
/// of their own, to which the first span links. The id is the correlation id of the order's events too.
/// </summary>
internal static class OrderTrace
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;

    private static readonly ActivitySource Source = new("AlgoStack.Orders");

    /// <summary>What all spans of an order have as their parent: a span that is never seen itself.</summary>
    public static ActivityContext Of(ClientOrderId order)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(order.Value), hash);
        return new ActivityContext(
            ActivityTraceId.CreateFromBytes(hash[..TraceBytes]),
            ActivitySpanId.CreateFromBytes(hash.Slice(TraceBytes, SpanBytes)),
            ActivityTraceFlags.Recorded,
            isRemote: true);
    }

    /// <summary>Something that is asked of the venue, from now until it is disposed; requests over HTTP are parts of it.</summary>
    public static Activity? AtVenue(string name, ClientOrderId order) =>
        Source.StartActivity(name, ActivityKind.Client, Of(order), [new("algostack.order.id", order.Value)]);

    /// <summary>Something that is over.</summary>
    /// <param name="cause">A trace that this one links to.</param>
    public static void Note(
        string name, ClientOrderId order, DateTimeOffset from, DateTimeOffset to, ActivityContext cause, params IEnumerable<KeyValuePair<string, object?>> tags)
    {
        ActivityLink[] links = cause == default ? [] : [new(cause)];
        using var activity = Source.StartActivity(ActivityKind.Internal, Of(order), [new("algostack.order.id", order.Value), .. tags], links, from, name);
        activity?.SetEndTime(to.UtcDateTime);
    }
}
