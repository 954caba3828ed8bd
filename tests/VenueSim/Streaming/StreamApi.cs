using System.Net.WebSockets;
using System.Text.Json;
using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Streaming;

/// <summary>The socket <c>/stream</c>: authenticate, listen, and then trade_updates.</summary>
internal sealed class StreamApi(Venue venue, TradeHub hub, VenueOptions options)
{
    private const int LongestFrame = 16 * 1024;
    private const string TradeUpdatesStream = "trade_updates";

    public void Map(WebApplication app) => app.Map("/stream", ServeAsync);

    private async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var session = new TradeSession(socket);
        var gone = context.RequestAborted;
        var hearing = HearAsync(socket, session, gone);
        try
        {
            var sending = session.SendAllAsync(gone);
            if (await Task.WhenAny(sending, hearing) == hearing)
            {
                await hearing;
                session.Complete();
                await sending;
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", gone);
            }

            // Returning cuts the socket: what was said gets out, and no word of a close does.
            await sending;
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or JsonException)
        {
            // The other side left.
        }
        finally
        {
            hub.Leave(session);
            session.Complete();
        }
    }

    /// <summary>Until the other side leaves, or is refused.</summary>
    private async Task HearAsync(WebSocket socket, TradeSession session, CancellationToken cancellationToken)
    {
        while (await ReadAsync(socket, cancellationToken) is { } frame)
        {
            if (!Answer(frame, session)) return;
        }
    }

    /// <returns>Whether the conversation goes on.</returns>
    private bool Answer(JsonElement frame, TradeSession session)
    {
        var action = Text(frame, "action") ?? "";
        if (!session.IsAuthorized)
        {
            session.IsAuthorized = !venue.Faults.KeyExpired && Knows(frame, action);
            session.Say(Frame("authorization", new { status = session.IsAuthorized ? "authorized" : "unauthorized", action }));
            return session.IsAuthorized;
        }

        if (action != "listen") return true;

        var listens = Streams(frame).Contains(TradeUpdatesStream, StringComparer.Ordinal);
        hub.Leave(session);
        session.Say(Frame("listening", new { streams = listens ? [TradeUpdatesStream] : Array.Empty<string>() }));
        if (listens) hub.Join(session);
        return true;
    }

    private bool Knows(JsonElement frame, string action) => action switch
    {
        "authenticate" => frame.TryGetProperty("data", out var data) && options.Knows(Text(data, "key_id"), Text(data, "secret_key")),
        "auth" => options.Knows(Text(frame, "key"), Text(frame, "secret")),
        _ => false,
    };

    private static async Task<JsonElement?> ReadAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestFrame];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close || length == buffer.Length) return null;
            if (part.EndOfMessage) return JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, length), VenueJson.Wire);
        }
    }

    private static IEnumerable<string?> Streams(JsonElement frame) =>
        frame.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object
        && data.TryGetProperty("streams", out var streams) && streams.ValueKind == JsonValueKind.Array
            ? streams.EnumerateArray().Select(s => s.ToString())
            : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.ToString() : null;

    private static byte[] Frame(string stream, object data) => JsonSerializer.SerializeToUtf8Bytes(new { stream, data }, VenueJson.Wire);
}
