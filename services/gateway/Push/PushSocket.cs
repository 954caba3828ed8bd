using System.Net.WebSockets;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace AlgoStack.Gateway.Push;

/// <summary><c>/api/v1/ws</c>: live push over a plain WebSocket, a JSON object a text message both ways.</summary>
internal sealed partial class PushSocket(PushFeed feed, CheckToken tokens, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<PushSocket> logger)
{
    /// <summary>How long a client may take to say goodbye.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(5);

    public async Task HandleAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await Problem.Of(StatusCodes.Status426UpgradeRequired, "websocket_required", "Expected a WebSocket handshake.").ExecuteAsync(context);
            return;
        }

        var connection = new PushConnection(feed, PushCaller.Of(context.User), tokens, clock);
        if (!feed.TryJoin(connection))
        {
            await Problem.Unavailable("too_many_connections", $"{PushFeed.MostConnections} connections stand already.").ExecuteAsync(context);
            return;
        }

        try
        {
            // Who reads slowly is let go by us, with a reason.
            if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate) rate.MinDataRate = null;
            using var stop = lifetime.ApplicationStopping.Register(() => connection.End(PushEnd.Stopping));
            using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                KeepAliveInterval = PushConnection.KeepAlive,
                KeepAliveTimeout = PushConnection.KeepAlive,
            });
            await ServeAsync(socket, connection, context.RequestAborted);
        }
        finally
        {
            feed.Leave(connection);
        }
    }

    private async Task ServeAsync(WebSocket socket, PushConnection connection, CancellationToken aborted)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var receiving = ReceiveAsync(socket, connection, over.Token);
        var end = await connection.RunAsync((message, cancellationToken) => socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken));
        if (end != PushEnd.Left) LogEnded(connection.Caller.UserId, end.Reason);
        over.CancelAfter(Goodbye);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync((WebSocketCloseStatus)end.Code, end.Reason, over.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The line is gone.
        }

        await receiving;
    }

    private static async Task ReceiveAsync(WebSocket socket, PushConnection connection, CancellationToken cancellationToken)
    {
        var (buffer, length) = (new byte[PushRequest.MostBytes], 0);
        try
        {
            while (true)
            {
                var part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                if (part.MessageType == WebSocketMessageType.Close) break;

                length += part.Count;
                // The rest of what is too large is read, so that the close and its reason get through.
                if (!part.EndOfMessage && length == buffer.Length) connection.End(PushEnd.TooLarge);
                if (connection.Ended is null && part.EndOfMessage) await connection.TellAsync(PushRequest.Read(buffer.AsSpan(0, length)), cancellationToken);
                if (connection.Ended is not null || part.EndOfMessage) length = 0;
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            // The line is gone.
        }

        connection.End(PushEnd.Left);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A live connection of user {UserId} was ended: {Reason}")]
    private partial void LogEnded(string userId, string reason);
}
