using System.Collections.Concurrent;
using AlgoStack.ServiceDefaults.Messaging;
using MassTransit;

namespace AlgoStack.Gateway.Push;

/// <summary>
/// Tells those who follow when the broker was away: the queues that live push listens at go with the connection, and what was
/// said meanwhile is not in the next ones.
/// </summary>
internal sealed class WatchBus(IBus bus, PushFeed feed) : IHostedService, IReceiveEndpointObserver
{
    // By the end of their names: the service's stands before. Alerts wait in a queue that stays.
    private static readonly (string Queue, PushKinds Kinds)[] Queues =
    [
        (OrderedTopology.QueueOf("", typeof(ShowBars)), PushNews.OfBars),
        (OrderedTopology.QueueOf("", typeof(ShowSignals)), PushNews.OfSignals),
        (OrderedTopology.QueueOf("", typeof(ShowOrders)), PushNews.OfOrders),
    ];

    private readonly ConcurrentDictionary<Uri, bool> _faulted = [];
    private ConnectHandle? _handle;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _handle = bus.ConnectReceiveEndpointObserver(this);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _handle?.Dispose();
        return Task.CompletedTask;
    }

    public Task Ready(ReceiveEndpointReady ready)
    {
        if (!_faulted.TryRemove(ready.InputAddress, out _)) return Task.CompletedTask;

        foreach (var (queue, kinds) in Queues)
        {
            if (ready.InputAddress.AbsolutePath.Contains($"{queue}.", StringComparison.Ordinal)) feed.TellMissed(kinds, "bus_away: the broker was away.");
        }

        return Task.CompletedTask;
    }

    public Task Faulted(ReceiveEndpointFaulted faulted)
    {
        _faulted[faulted.InputAddress] = true;
        return Task.CompletedTask;
    }

    public Task Stopping(ReceiveEndpointStopping stopping) => Task.CompletedTask;

    public Task Completed(ReceiveEndpointCompleted completed)
    {
        // The connection went; Ready comes with the next.
        _faulted[completed.InputAddress] = true;
        return Task.CompletedTask;
    }
}
