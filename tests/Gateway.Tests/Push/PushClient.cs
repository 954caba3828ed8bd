using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AlgoStack.Testing;
using FluentAssertions;

namespace AlgoStack.Gateway.Tests.Push;

/// <summary>A client of live push, by the plain WebSocket or by the hub.</summary>
public abstract class PushClient : IDisposable
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly byte[] _buffer = new byte[64 * 1024];

    protected ClientWebSocket Socket { get; } = new();

    /// <summary>The last number seen, and of what.</summary>
    public long Sequence { get; private set; }

    public string Epoch { get; private set; } = "";

    /// <summary>Why it was closed.</summary>
    public abstract (int Code, string Reason) Closed { get; }

    /// <summary>Returns once the gateway has said hello.</summary>
    public static Task<PushClient> JoinAsync(GatewayUnderTest gateway, string token, bool hub = false) =>
        JoinAsync(gateway, hub, $"?token={Uri.EscapeDataString(token)}");

    /// <param name="prepare">Options of the WebSocket, its headers among them.</param>
    public static async Task<PushClient> JoinAsync(
        GatewayUnderTest gateway, bool hub, string query, Action<ClientWebSocketOptions>? prepare = null, HttpMessageInvoker? over = null)
    {
        ArgumentNullException.ThrowIfNull(gateway);
        PushClient client = hub ? new HubClient() : new SocketClient();
        prepare?.Invoke(client.Socket.Options);
        await client.OpenAsync(new Uri($"ws://{gateway.Address.Authority}{(hub ? "/api/v1/hub" : "/api/v1/ws")}{query}"), over);
        (await client.NextAsync())!.Value.GetProperty("type").GetString().Should().Be("hello");
        return client;
    }

    public abstract Task TellAsync(string type, object message);

    /// <summary>The next message; null when the connection is over.</summary>
    public async Task<JsonElement?> NextAsync()
    {
        if (await ReadAsync() is not { } message) return null;

        if (message.TryGetProperty("sequence", out var sequence)) Sequence = sequence.GetInt64();
        if (message.TryGetProperty("epoch", out var epoch)) Epoch = epoch.GetString()!;
        return message;
    }

    /// <summary>Reads on up to a message of the type, and gives that.</summary>
    public async Task<JsonElement> UntilAsync(string type) => (await UntilAsync(m => m.GetProperty("type").GetString() == type))[^1];

    /// <summary>Everything up to the first that is wanted.</summary>
    public async Task<IReadOnlyList<JsonElement>> UntilAsync(Func<JsonElement, bool> wanted)
    {
        var (read, started) = (new List<JsonElement>(), Stopwatch.GetTimestamp());
        do
        {
            Stopwatch.GetElapsedTime(started).Should().BeLessThan(Eventually.DefaultTimeout, "what is waited for comes soon");
            var next = await NextAsync();
            next.Should().NotBeNull("the connection goes on, and was closed with {0}", Closed);
            read.Add(next!.Value);
        }
        while (!wanted(read[^1]));
        return read;
    }

    /// <summary>So many events.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync(int count)
    {
        var events = new List<JsonElement>();
        while (events.Count < count) events.Add(await UntilAsync("event"));
        return events;
    }

    /// <summary>Reads until it is closed, and says why.</summary>
    public async Task<(int Code, string Reason)> UntilClosedAsync()
    {
        while (await NextAsync() is not null) { }
        return Closed;
    }

    public async Task SubscribeAsync(string id, object wanted)
    {
        var message = JsonSerializer.SerializeToNode(wanted, JsonSerializerOptions.Web)!.AsObject();
        message["id"] = id;
        await TellAsync("subscribe", message);
        (await UntilAsync(m => m.GetProperty("type").GetString() is "subscribed" or "error"))[^1].GetProperty("type").GetString().Should().Be("subscribed");
    }

    /// <summary>As a cable that is pulled.</summary>
    public void Cut() => Socket.Abort();

    public void Dispose()
    {
        Socket.Dispose();
        GC.SuppressFinalize(this);
    }

    protected abstract Task OpenAsync(Uri address, HttpMessageInvoker? over);

    protected abstract Task<JsonElement?> ReadAsync();

    protected Task ConnectAsync(Uri address, HttpMessageInvoker? over) => Socket.ConnectAsync(address, over, CancellationToken.None).WaitAsync(Patience);

    public Task SendTextAsync(string text) => Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    public Task SendBytesAsync(byte[] bytes) => Socket.SendAsync(bytes, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);

    /// <summary>A whole message; null when the connection is over.</summary>
    protected async Task<byte[]?> ReceiveAsync()
    {
        using var whole = new MemoryStream();
        while (true)
        {
            WebSocketReceiveResult part;
            try
            {
                part = await Socket.ReceiveAsync(_buffer, CancellationToken.None).WaitAsync(Patience);
            }
            catch (WebSocketException)
            {
                return null;
            }

            if (part.MessageType == WebSocketMessageType.Close) return null;

            whole.Write(_buffer, 0, part.Count);
            if (part.EndOfMessage) return whole.ToArray();
        }
    }

    private sealed class SocketClient : PushClient
    {
        public override (int Code, string Reason) Closed => (Socket.CloseStatus is { } status ? (int)status : 0, Socket.CloseStatusDescription ?? "");

        public override Task TellAsync(string type, object message)
        {
            var json = JsonSerializer.SerializeToNode(message, JsonSerializerOptions.Web)!.AsObject();
            json["type"] = type;
            return SendTextAsync(json.ToJsonString());
        }

        protected override Task OpenAsync(Uri address, HttpMessageInvoker? over) => ConnectAsync(address, over);

        protected override async Task<JsonElement?> ReadAsync() =>
            await ReceiveAsync() is { } message ? JsonDocument.Parse(message).RootElement : null;
    }

    /// <summary>The JSON protocol of SignalR: https://github.com/dotnet/aspnetcore, HubProtocol.md.</summary>
    private sealed class HubClient : PushClient
    {
        private const char End = '\u001e';

        private readonly Queue<JsonElement> _read = new();
        private string _rest = "";
        private (int, string) _closed;

        public override (int Code, string Reason) Closed => _closed;

        public override Task TellAsync(string type, object message) =>
            SendTextAsync(JsonSerializer.Serialize(new { type = 1, target = type, arguments = new[] { message } }, JsonSerializerOptions.Web) + End);

        protected override async Task OpenAsync(Uri address, HttpMessageInvoker? over)
        {
            await ConnectAsync(address, over);
            await SendTextAsync("{\"protocol\":\"json\",\"version\":1}" + End);
            (await FrameAsync())!.Value.EnumerateObject().Should().BeEmpty("the handshake is taken");
        }

        protected override async Task<JsonElement?> ReadAsync()
        {
            while (await FrameAsync() is { } frame)
            {
                if (frame.GetProperty("type").GetInt32() != 1) continue;

                frame.GetProperty("target").GetString().Should().Be("push");
                var message = frame.GetProperty("arguments")[0];
                if (message.GetProperty("type").GetString() == "closed") _closed = (message.GetProperty("code").GetInt32(), message.GetProperty("reason").GetString()!);
                return message;
            }

            return null;
        }

        private async Task<JsonElement?> FrameAsync()
        {
            while (_read.Count == 0)
            {
                if (await ReceiveAsync() is not { } part) return null;

                var frames = (_rest + Encoding.UTF8.GetString(part)).Split(End);
                _rest = frames[^1];
                foreach (var frame in frames[..^1]) _read.Enqueue(JsonDocument.Parse(frame).RootElement);
            }

            return _read.Dequeue();
        }
    }
}
