using Microsoft.AspNetCore.SignalR;

namespace AlgoStack.Gateway.Push;

/// <summary>Keeps sending to the hub's clients, each for as long as it is connected.</summary>
internal sealed partial class HubLines(PushFeed feed, IHubContext<PushHub> hub, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<HubLines> logger)
{
    private const string Method = "push";

    private static readonly PushEnd TooMany = new(1013, $"too_many_connections: {PushFeed.MostConnections} connections stand already.");

    /// <summary>How long a client may take to say goodbye.</summary>
    private static readonly TimeSpan Goodbye = TimeSpan.FromSeconds(1);

    public void Serve(PushConnection connection, HubCallerContext context, bool joined)
    {
        if (!joined) connection.End(TooMany);
        _ = ServeAsync(connection, context);
    }

    private async Task ServeAsync(PushConnection connection, HubCallerContext context)
    {
        var client = hub.Clients.Client(context.ConnectionId);
        try
        {
            using var stop = lifetime.ApplicationStopping.Register(() => connection.End(PushEnd.Stopping));
            var end = await connection.RunAsync((message, cancellationToken) => new ValueTask(client.SendAsync(Method, new HubJson(message), cancellationToken)));
            if (end == PushEnd.Left) return;

            LogEnded(connection.Caller.UserId, end.Reason);
            // SignalR has no way to end a connection with a reason, so it is told, and ended when it can have been read.
            await client.SendAsync(Method, new HubJson(PushReply.Closed(end)), context.ConnectionAborted);
            await Task.Delay(Goodbye, clock, context.ConnectionAborted);
        }
        catch (OperationCanceledException)
        {
            // The client has gone.
        }
        finally
        {
            feed.Leave(connection);
            context.Abort();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A live connection of user {UserId} was ended: {Reason}")]
    private partial void LogEnded(string userId, string reason);
}
