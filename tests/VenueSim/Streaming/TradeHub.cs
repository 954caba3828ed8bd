using AlgoStack.VenueSim.Faults;

namespace AlgoStack.VenueSim.Streaming;

/// <summary>Hands updates to all sockets that listen, in order, as far as the faults let it.</summary>
internal sealed class TradeHub
{
    private static readonly TimeSpan LongestHold = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private volatile TradeSession[] _sessions = [];
    private TradeUpdate? _held;

    public FaultSettings Faults { get; set; } = new();

    public bool IsHeard => _sessions.Length > 0;

    public void Join(TradeSession session)
    {
        lock (_gate) _sessions = [.. _sessions, session];
    }

    public void Leave(TradeSession session)
    {
        lock (_gate) _sessions = [.. _sessions.Where(s => s != session)];
    }

    public void Publish(IReadOnlyList<TradeUpdate> updates)
    {
        if (updates.Count == 0) return;

        lock (_gate)
        {
            foreach (var update in updates) Publish(update);
            if (_held is { } held) _ = ReleaseAsync(held);
        }
    }

    private void Publish(TradeUpdate update)
    {
        var faults = Faults;
        if (faults.Chooses(faults.LostEvent, "lost_event", update.Key)) return;
        if (_held is null && faults.Chooses(faults.OutOfOrderEvent, "out_of_order_event", update.Key))
        {
            _held = update;
            return;
        }

        Send(update);
        if (faults.Chooses(faults.DuplicateEvent, "duplicate_event", update.Key)) Send(update);
        if (_held is not { } held) return;

        _held = null;
        Send(held);
    }

    // Where nothing follows it is late and no more.
    private async Task ReleaseAsync(TradeUpdate held)
    {
        await Task.Delay(LongestHold);
        lock (_gate)
        {
            if (_held != held) return;

            _held = null;
            Send(held);
        }
    }

    private void Send(TradeUpdate update)
    {
        foreach (var session in _sessions) session.Tell(update.Frame, Faults.CloseEvery);
    }
}
