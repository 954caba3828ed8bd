using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers;

/// <summary>A connection that the venue, the way to it or its silence has ended.</summary>
internal sealed class FeedLostException(string message, Exception? cause = null, bool silent = false) : Exception(message, cause)
{
    /// <summary>The connection was open and nobody was there.</summary>
    public bool Silent => silent;
}

/// <summary>One connection to a venue's stream, from connecting to its end.</summary>
internal sealed partial class VenueConnection(
    IVenueProtocol protocol, Uri url, FeedTimings timings, TimeProvider clock, ILogger logger)
{
    /// <summary>A larger frame than any venue sends; the connection is given up before it fills the memory.</summary>
    public const int MostFrameBytes = 1 << 20;

    /// <summary>Frames in a row that cannot be read before the connection is given up.</summary>
    public const int MostGarbage = 10;

    private const int ReceiveBytes = 16 * 1024;

    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _heardAt;

    /// <summary>Connects, subscribes, and hands on what the venue says until the connection ends.</summary>
    /// <param name="hear">Told every message, in order; also once for each frame, with null.</param>
    /// <exception cref="FeedLostException">It ended, and why.</exception>
    /// <exception cref="OperationCanceledException">We ended it: unsubscribed and closed.</exception>
    public async Task RunAsync(
        IReadOnlyCollection<string> symbols, Timeframe timeframe, Func<VenueMessage?, ValueTask> hear, CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        await ConnectAsync(socket, symbols, timeframe, cancellationToken);

        // Cancelling a receive aborts the socket, so a stop that says good-bye must not cancel it.
        using var lost = new CancellationTokenSource();
        _heardAt = clock.GetTimestamp();
        var watching = WatchAsync(socket, lost);
        var receiving = ReceiveAsync(socket, timeframe, hear, lost.Token);
        try
        {
            await await Task.WhenAny(receiving, watching).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await LeaveAsync(socket, symbols, timeframe);
            throw;
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            throw new FeedLostException($"{protocol.Provider}: the connection broke: {e.Message}", e);
        }
        finally
        {
            await lost.CancelAsync();
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConnectAsync(
        ClientWebSocket socket, IReadOnlyCollection<string> symbols, Timeframe timeframe, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(timings.Connect, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            await socket.ConnectAsync(url, either.Token);
            await SendAsync(socket, protocol.Subscribe(symbols, timeframe), either.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var reason = timeout.IsCancellationRequested ? $"no answer within {timings.Connect.TotalSeconds:0.##} s" : e.InnerException?.Message ?? e.Message;
            throw new FeedLostException($"{protocol.Provider}: cannot reach {url}: {reason}", e);
        }
    }

    private async Task ReceiveAsync(ClientWebSocket socket, Timeframe timeframe, Func<VenueMessage?, ValueTask> hear, CancellationToken cancellationToken)
    {
        var buffer = new byte[ReceiveBytes];
        using var frame = new MemoryStream();
        var garbage = 0;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            Interlocked.Exchange(ref _heardAt, clock.GetTimestamp());
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new FeedLostException($"{protocol.Provider}: the venue closed the connection ({socket.CloseStatus}: {socket.CloseStatusDescription}).");
            }

            frame.Write(buffer, 0, part.Count);
            if (frame.Length > MostFrameBytes) throw new FeedLostException($"{protocol.Provider}: a frame of more than {MostFrameBytes} bytes.");
            if (!part.EndOfMessage) continue;

            garbage = await HandOnAsync(frame, timeframe, hear) ? 0 : garbage + 1;
            if (garbage == MostGarbage) throw new FeedLostException($"{protocol.Provider}: {MostGarbage} frames in a row could not be read.");
            frame.SetLength(0);
        }
    }

    private async Task<bool> HandOnAsync(MemoryStream frame, Timeframe timeframe, Func<VenueMessage?, ValueTask> hear)
    {
        await hear(null);
        IEnumerable<VenueMessage> messages;
        try
        {
            messages = protocol.Read(frame.GetBuffer().AsMemory(0, (int)frame.Length), timeframe);
        }
        catch (JsonException e)
        {
            LogGarbage(logger, protocol.Provider, e.Message);
            return false;
        }

        foreach (var message in messages)
        {
            if (message is SubscriptionAccepted) _confirmed.TrySetResult();
            await hear(message);
        }

        return true;
    }

    // A venue may answer and yet not have heard the subscription; a socket may stay open with nobody behind it.
    private async Task WatchAsync(ClientWebSocket socket, CancellationTokenSource lost)
    {
        try
        {
            await _confirmed.Task.WaitAsync(timings.Connect, clock, lost.Token);
        }
        catch (TimeoutException e)
        {
            throw new FeedLostException($"{protocol.Provider}: the subscription was not confirmed within {timings.Connect.TotalSeconds:0.##} s.", e);
        }

        while (!lost.IsCancellationRequested)
        {
            var heard = Interlocked.Read(ref _heardAt);
            var silence = clock.GetElapsedTime(heard);
            if (silence < timings.Heartbeat)
            {
                await Task.Delay(timings.Heartbeat - silence, clock, lost.Token);
                continue;
            }

            await SendAsync(socket, protocol.Probe(), lost.Token);
            await Task.Delay(timings.Answer, clock, lost.Token);
            if (Interlocked.Read(ref _heardAt) == heard)
            {
                throw new FeedLostException(
                    $"{protocol.Provider}: nothing heard for {(timings.Heartbeat + timings.Answer).TotalSeconds:0.##} s, though the connection is open.", silent: true);
            }
        }
    }

    private async Task LeaveAsync(ClientWebSocket socket, IReadOnlyCollection<string> symbols, Timeframe timeframe)
    {
        using var timeout = new CancellationTokenSource(timings.Leave, clock);
        try
        {
            await SendAsync(socket, protocol.Unsubscribe(symbols, timeframe), timeout.Token);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // Gone already, which is what was wanted.
        }
    }

    private static async Task SendAsync(ClientWebSocket socket, string frame, CancellationToken cancellationToken) =>
        await socket.SendAsync(Encoding.UTF8.GetBytes(frame).AsMemory(), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, cancellationToken);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Provider} sent a frame that cannot be read: {Reason}")]
    private static partial void LogGarbage(ILogger logger, string provider, string reason);
}
