using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AlgoStack.Testing.Venues;

namespace AlgoStack.VenueSim.Tests.Running;

/// <summary>One connection to the stream, listening to trade_updates until it is cut.</summary>
internal sealed class TradeListener : IAsyncDisposable
{
    private readonly ClientWebSocket _socket = new();
    private Task _reading = Task.CompletedTask;

    /// <summary>The data of every update, in the order they came.</summary>
    public ConcurrentQueue<JsonElement> Updates { get; } = new();

    /// <summary>Completes when the venue has cut the connection.</summary>
    public Task Cut => _reading;

    public static async Task<TradeListener> ConnectAsync(VenueProcess venue)
    {
        var listener = new TradeListener();
        await listener._socket.ConnectAsync(venue.StreamAddress, CancellationToken.None);
        await ConverseAsync(listener._socket, new { action = "authenticate", data = new { key_id = VenueProcess.Key, secret_key = VenueProcess.Secret } });
        await ConverseAsync(listener._socket, new { action = "listen", data = new { streams = new[] { "trade_updates" } } });
        listener._reading = listener.ReadAsync();
        return listener;
    }

    /// <summary>The events of the order so far.</summary>
    public IEnumerable<string> Heard(string clientOrderId) => Updates
        .Where(u => u.GetProperty("order").GetProperty("client_order_id").GetString() == clientOrderId)
        .Select(u => u.GetProperty("event").GetString()!);

    /// <summary>Says something and returns the answer.</summary>
    public static async Task<JsonElement> ConverseAsync(ClientWebSocket socket, object frame)
    {
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(frame), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        return (await ReceiveAsync(socket))!.Value;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
    }

    private static async Task<JsonElement?> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (part.MessageType == WebSocketMessageType.Close) return null;
            if (part.MessageType != WebSocketMessageType.Binary) throw new InvalidOperationException("A frame was text.");
            length += part.Count;
            if (part.EndOfMessage) return JsonSerializer.Deserialize<JsonElement>(Encoding.UTF8.GetString(buffer, 0, length));
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await ReceiveAsync(_socket) is { } frame) Updates.Enqueue(frame.GetProperty("data"));
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // It was cut, or we leave.
        }
    }
}
