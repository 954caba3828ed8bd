using Microsoft.AspNetCore.SignalR;

namespace AlgoStack.Gateway.Push;

/// <summary>
/// <c>/api/v1/hub</c>: the same push for clients of SignalR. Each message of the plain WebSocket is a method here, without
/// its <c>type</c>, and each of its answers and events comes as <c>push</c>.
/// </summary>
internal sealed class PushHub(PushFeed feed, CheckToken tokens, HubLines lines, TimeProvider clock) : Hub
{
    private const string Key = "push";

    public override Task OnConnectedAsync()
    {
        var connection = new PushConnection(feed, PushCaller.Of(Context.User!), tokens, clock);
        Context.Items[Key] = connection;
        lines.Serve(connection, Context, joined: feed.TryJoin(connection));
        return Task.CompletedTask;
    }

    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Connection.End(PushEnd.Left);
        return Task.CompletedTask;
    }

    public Task Subscribe(HubJson message) => TellAsync("subscribe", message);

    public Task Unsubscribe(HubJson message) => TellAsync("unsubscribe", message);

    public Task Resume(HubJson message) => TellAsync("resume", message);

    public Task Token(HubJson message) => TellAsync("token", message);

    private PushConnection Connection => (PushConnection)Context.Items[Key]!;

    private Task TellAsync(string type, HubJson message) => Connection.TellAsync(PushRequest.Read(message.Json.Span, type), Context.ConnectionAborted);
}
