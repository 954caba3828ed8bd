using System.Net.WebSockets;
using System.Text;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>
/// One WebSocket to a venue, from connecting to its end. Pings are answered; in silence it pings itself, and a venue that does
/// not answer is lost, though the connection be open. Whatever ends it is a <see cref="BrokerException"/>.
/// </summary>
internal sealed class VenueSocket : IAsyncDisposable
{
    private const int ReceiveBytes = 16 * 1024;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(2);

    private readonly string _venue;
    private readonly TimeProvider _clock;
    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[ReceiveBytes];

    private VenueSocket(string venue, TimeProvider clock, TimeSpan silence, TimeSpan answer)
    {
        _venue = venue;
        _clock = clock;
        _socket.Options.KeepAliveInterval = silence;
        _socket.Options.KeepAliveTimeout = answer;
    }

    /// <param name="venue">For messages.</param>
    /// <param name="silence">After which the venue is asked for a sign of life; 30 s by default.</param>
    /// <param name="answer">How long that sign may take; 10 s by default.</param>
    /// <exception cref="BrokerException">There is nobody, or nobody within 10 s.</exception>
    public static async Task<VenueSocket> ConnectAsync(
        string venue, Uri address, TimeProvider clock, CancellationToken cancellationToken, TimeSpan? silence = null, TimeSpan? answer = null)
    {
        var socket = new VenueSocket(venue, clock, silence ?? TimeSpan.FromSeconds(30), answer ?? TimeSpan.FromSeconds(10));
        using var timeout = new CancellationTokenSource(ConnectTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await socket._socket.ConnectAsync(address, either.Token);
            return socket;
        }
        catch (Exception e) when (IsLoss(e) && !cancellationToken.IsCancellationRequested)
        {
            await socket.DisposeAsync();
            throw socket.Lost($"cannot reach {address.GetLeftPart(UriPartial.Path)}: "
                + (timeout.IsCancellationRequested ? $"no answer within {ConnectTimeout.TotalSeconds:0} s" : e.InnerException?.Message ?? e.Message), e);
        }
    }

    public async Task SendAsync(string json, CancellationToken cancellationToken)
    {
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(json).AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        catch (Exception e) when (IsLoss(e) && !cancellationToken.IsCancellationRequested)
        {
            throw Lost($"the connection broke: {e.Message}", e);
        }
    }

    /// <summary>The next whole message, text or binary, at most 1 MB.</summary>
    /// <param name="within">Longer is not waited for; null waits as long as the connection lives.</param>
    public async Task<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellationToken, TimeSpan? within = null)
    {
        using var timeout = new CancellationTokenSource(within ?? Timeout.InfiniteTimeSpan, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(_buffer.AsMemory(), either.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                    throw Lost($"the venue closed the connection ({_socket.CloseStatus}: {_socket.CloseStatusDescription})");

                message.Write(_buffer, 0, part.Count);
                if (message.Length > VenueHttp.MostBytes)
                {
                    // No good-bye: it would wait behind what is still coming.
                    _socket.Abort();
                    throw Lost($"a message of more than {VenueHttp.MostBytes} bytes");
                }

                if (part.EndOfMessage) return message.ToArray();
            }
        }
        catch (Exception e) when (IsLoss(e) && !cancellationToken.IsCancellationRequested)
        {
            throw Lost(timeout.IsCancellationRequested ? $"nothing said within {within!.Value.TotalSeconds:0.##} s" : $"the connection broke: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var timeout = new CancellationTokenSource(LeaveTimeout, _clock);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        }
        catch (Exception e) when (IsLoss(e) || e is InvalidOperationException)
        {
            // Gone already, which is what was wanted.
        }

        _socket.Dispose();
    }

    private BrokerException Lost(string why, Exception? cause = null) =>
        new(new BrokerError(BrokerErrorCategory.OutcomeUnknown, null, $"{_venue}: {why}.", PlacementOutcome.NotApplicable), cause);

    private static bool IsLoss(Exception e) => e is WebSocketException or IOException or OperationCanceledException;
}
