using System.Net.WebSockets;
using System.Text;

namespace AlgoStack.Benchmarks.Gateway;

/// <summary>Clients of live push that read all they are sent.</summary>
internal sealed class SocketCrowd : IAsyncDisposable
{
    private const int BufferBytes = 4 * 1024;

    private static readonly byte[] Subscribe = Encoding.UTF8.GetBytes("""{"type":"subscribe","id":"fills","kinds":["fills"]}""");

    private readonly List<ClientWebSocket> _sockets = [];
    private readonly List<Task> _readers = [];
    private readonly CancellationTokenSource _end = new();
    private long _heard;

    /// <summary>Messages of all together.</summary>
    public long Heard => Volatile.Read(ref _heard);

    /// <summary>Those whose connection still stands.</summary>
    public int Standing => _sockets.Count(s => s.State == WebSocketState.Open);

    public static async Task<SocketCrowd> ConnectAsync(Uri gateway, string token, int clients)
    {
        var crowd = new SocketCrowd();
        for (var i = 0; i < clients; i++)
        {
            var socket = new ClientWebSocket();
            crowd._sockets.Add(socket);
            socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
            await socket.ConnectAsync(new Uri($"ws://{gateway.Authority}/api/v1/ws"), CancellationToken.None);
            await socket.SendAsync(Subscribe, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            crowd._readers.Add(crowd.ReadAsync(socket));
        }

        return crowd;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_readers);
        foreach (var socket in _sockets) socket.Dispose();
        _end.Dispose();
    }

    private async Task ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (await socket.ReceiveAsync(buffer.AsMemory(), _end.Token) is { MessageType: not WebSocketMessageType.Close } part)
            {
                if (part.EndOfMessage) Interlocked.Increment(ref _heard);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // Whether it should have is asked by Standing.
        }
    }
}
