using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Gateway.Live;

/// <summary>Hands what the bus says to everybody who looks. With nobody looking it costs nothing.</summary>
internal sealed class LiveHub
{
    /// <summary>A page is one viewer, a <c>tail</c> another.</summary>
    public const int MostViewers = 100;

    private const string PaperPrefix = "paper-";
    private const string LiveSession = "live";

    private readonly Lock _gate = new();
    private volatile LiveViewer[] _viewers = [];

    /// <summary>Whether anybody wants to hear of it. What nobody wants is not even read.</summary>
    public bool IsWanted(LiveTopics topic) => Array.Exists(_viewers, viewer => viewer.Wants(topic));

    /// <summary>Whether a session trades on an account: each on a paper account of its own, the one that goes on for ever at venues too.</summary>
    public static bool Trades(string session, string account) =>
        account.StartsWith(PaperPrefix, StringComparison.Ordinal) ? account.AsSpan(PaperPrefix.Length).SequenceEqual(session) : session == LiveSession;

    /// <returns>False when there are <see cref="MostViewers"/> already.</returns>
    public bool TryJoin(LiveViewer viewer)
    {
        lock (_gate)
        {
            if (_viewers.Length == MostViewers) return false;

            _viewers = [.. _viewers, viewer];
            return true;
        }
    }

    public void Leave(LiveViewer viewer)
    {
        lock (_gate) _viewers = [.. _viewers.Where(v => v != viewer)];
    }

    public void Tell(BarsClosed message)
    {
        foreach (var viewer in _viewers) viewer.Add(message);
    }

    public void Tell(BarsEvaluated message)
    {
        foreach (var viewer in _viewers) viewer.Add(message);
    }

    public void Tell(OrdersChanged message)
    {
        var viewers = _viewers;
        if (viewers.Length == 0) return;

        foreach (var change in OrderChanges.Of(message))
        {
            foreach (var viewer in viewers) viewer.Add(change);
        }
    }

    public void Tell(AlertDelivered message)
    {
        foreach (var viewer in _viewers) viewer.Add(message);
    }
}
