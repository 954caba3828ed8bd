using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Gateway.Live;

/// <summary>
/// What one viewer has not been sent yet. Bounded: of a rush the newest is kept and the rest counted, so a viewer who reads
/// slowly costs no more than one who reads well.
/// </summary>
/// <param name="session">The session wanted, or null for all.</param>
/// <param name="instrument">The instrument whose bars are all wanted; of others the newest bar does.</param>
internal sealed class LiveViewer(string? session, string? instrument, LiveTopics topics) : IDisposable
{
    public const int MostBars = 300;
    public const int MostInstruments = 200;
    public const int MostItems = 50;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly Dictionary<(string Session, string Instrument), PendingBars> _bars = [];
    private readonly Newest<SignalRaised> _signals = new(MostItems);
    private readonly Newest<OrderChange> _orders = new(MostItems);
    private readonly Newest<OrderChange> _fills = new(MostItems);
    private readonly Newest<AlertDelivered> _alerts = new(MostItems);

    public bool Wants(LiveTopics topic) => topics.HasFlag(topic);

    /// <summary>Waits until there is something to send, or the time is over.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _news.WaitAsync(timeout, cancellationToken);

    public void Add(BarsClosed message)
    {
        if (!Wants(LiveTopics.Bars) || !Wants(message.SessionId)) return;

        lock (_gate)
        {
            var bars = message.Bars;
            for (var i = 0; i < bars.Count; i++) Add(message, bars.Instruments[bars.Instrument[i]], i);
        }

        Ring();
    }

    public void Add(BarsEvaluated message)
    {
        if (!Wants(LiveTopics.Signals) || message.Signals.Count == 0 || !Wants(message.SessionId)) return;

        lock (_gate)
        {
            foreach (var signal in message.Signals) _signals.Add(signal);
        }

        Ring();
    }

    public void Add(OrderChange change)
    {
        // Only the account tells of which session an order is.
        if (!Wants(LiveTopics.Orders) || (session is not null && !LiveHub.Trades(session, change.Account))) return;

        lock (_gate) (change.Kind == OrderChanges.FilledKind ? _fills : _orders).Add(change);
        Ring();
    }

    public void Add(AlertDelivered message)
    {
        if (!Wants(LiveTopics.Alerts)) return;

        lock (_gate) _alerts.Add(message);
        Ring();
    }

    /// <summary>Takes what is there, which is then the viewer's to send.</summary>
    public LiveUpdate Take(DateTimeOffset now)
    {
        lock (_gate)
        {
            var skipped = _signals.Skipped + _orders.Skipped + _fills.Skipped + _alerts.Skipped;
            var update = new LiveUpdate(
                now,
                [.. _bars.Select(b => b.Value.Take(b.Key.Session, b.Key.Instrument))],
                _signals.Take(),
                [.. _orders.Take().Concat(_fills.Take()).OrderBy(o => o.Position)],
                _alerts.Take(),
                skipped);
            _bars.Clear();
            return update;
        }
    }

    public void Dispose() => _news.Dispose();

    private bool Wants(string sessionId) => session is null || session == sessionId;

    private void Add(BarsClosed message, string name, int row)
    {
        var key = (message.SessionId, name);
        if (!_bars.TryGetValue(key, out var pending))
        {
            if (_bars.Count == MostInstruments) return;

            _bars.Add(key, pending = new PendingBars(message.Timeframe, name == instrument ? MostBars : 1));
        }

        pending.Add(message.Bars, row);
    }

    private void Ring()
    {
        lock (_gate)
        {
            if (_news.CurrentCount == 0) _news.Release();
        }
    }

    private sealed class PendingBars(string timeframe, int most)
    {
        private readonly Newest<double[]> _rows = new(most);

        public void Add(BarColumns bars, int row) => _rows.Add(
            [bars.CloseMs[row], bars.Open[row], bars.High[row], bars.Low[row], bars.Close[row], bars.Volume[row]]);

        public LiveBars Take(string sessionId, string instrument)
        {
            var skipped = _rows.Skipped;
            return new LiveBars(sessionId, instrument, timeframe, _rows.Take(), skipped);
        }
    }

    /// <summary>The newest so many of what was added.</summary>
    private sealed class Newest<T>(int most)
    {
        private readonly Queue<T> _items = new();

        public long Skipped { get; private set; }

        public void Add(T item)
        {
            if (_items.Count == most)
            {
                _items.Dequeue();
                Skipped++;
            }

            _items.Enqueue(item);
        }

        public T[] Take()
        {
            var items = _items.ToArray();
            _items.Clear();
            Skipped = 0;
            return items;
        }
    }
}
