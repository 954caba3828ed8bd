using System.Text.Json;
using MassTransit;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>MassTransit's JSON envelope, so that its consumers read what the ordered publisher writes.</summary>
internal sealed record OrderedEnvelope<T>(Guid MessageId, IReadOnlyList<string> MessageType, DateTimeOffset SentTime, T Message);

internal static class OrderedEnvelope
{
    public const string ContentType = "application/vnd.masstransit+json";

    // Doubles are written in the shortest form that reads back as the same double.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static byte[] Write<T>(T message, Guid messageId, DateTimeOffset at)
        where T : class =>
        JsonSerializer.SerializeToUtf8Bytes(new OrderedEnvelope<T>(messageId, [MessageUrn.ForTypeString<T>()], at, message), Json);
}
