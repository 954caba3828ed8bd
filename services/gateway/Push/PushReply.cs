using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.Gateway.Push;

/// <summary>What is sent to one client beside events. Every <c>sequence</c> is one to resume from.</summary>
internal static class PushReply
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static byte[] Hello(string epoch, long sequence) => Write(new { type = "hello", sequence, epoch });

    public static byte[] Subscribed(string id, long sequence) => Write(new { type = "subscribed", sequence, id });

    public static byte[] Unsubscribed(string id, long sequence) => Write(new { type = "unsubscribed", sequence, id });

    public static byte[] Resumed(long sequence) => Write(new { type = "resumed", sequence });

    public static byte[] Reset(string epoch, long sequence, PushKinds kinds, string reason) =>
        Write(new { type = "reset", sequence, epoch, kinds = PushKind.Names(kinds), reason });

    public static byte[] Ping(long sequence) => Write(new { type = "ping", sequence });

    public static byte[] Renewed(DateTimeOffset expiresAt) => Write(new { type = "renewed", expiresAt });

    public static byte[] Error(string code, string detail, string? id) => Write(new { type = "error", code, detail, id });

    public static byte[] Closed(PushEnd end) => Write(new { type = "closed", code = end.Code, reason = end.Reason });

    private static byte[] Write<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message, Json);
}
