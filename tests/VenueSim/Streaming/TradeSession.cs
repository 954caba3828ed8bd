using System.Net.WebSockets;
using System.Threading.Channels;

namespace AlgoStack.VenueSim.Streaming;

/// <summary>One socket. Who does not read what is sent is cut off.</summary>
internal sealed class TradeSession(WebSocket socket)
{
    private const int MostWaiting = 100_000;

    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    private int _updates;
    private bool _cut;

    public bool IsAuthorized { get; set; }

    public void Say(byte[] frame)
    {
        if (!_waiting.Writer.TryWrite(frame) && !_cut) socket.Abort();
    }

    /// <param name="closeEvery">The update of this number is the last; 0 for no last one.</param>
    public void Tell(byte[] update, int closeEvery)
    {
        Say(update);
        if (++_updates != closeEvery) return;

        _cut = true;
        Complete();
    }

    /// <summary>Nothing more is said.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    public async Task SendAllAsync(CancellationToken cancellationToken)
    {
        // The paper trading socket sends JSON in binary frames.
        await foreach (var frame in _waiting.Reader.ReadAllAsync(cancellationToken))
            await socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
    }
}
