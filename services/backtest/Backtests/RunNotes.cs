using System.Globalization;
using AlgoStack.Backtesting;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.EventStore.Streams;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// What a run notes in its stream. It expects to be alone in it: whatever else comes in, as a cancel does, ends the run at
/// its next note. So a backtest ends once, whoever ends it.
/// </summary>
internal sealed class RunNotes
{
    private const int MostEvents = 5_000;
    private const int MostPoints = 2_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly EventLog _log;
    private readonly TimeProvider _clock;
    private readonly string _backtestId;
    private readonly List<EquityPoint> _curve = [];
    private long _version;
    private long _notedBars;
    private long _notedAt;
    private long _barsInAll;
    private long _trades;

    private RunNotes(EventLog log, TimeProvider clock, string backtestId, long version)
    {
        _log = log;
        _clock = clock;
        _backtestId = backtestId;
        _version = version;
        _notedAt = clock.GetTimestamp();
    }

    public long Bars { get; private set; }

    public long Signals { get; private set; }

    public long MarginCalls { get; private set; }

    public static async Task<RunNotes> OpenAsync(EventLog log, TimeProvider clock, string backtestId, CancellationToken cancellationToken)
    {
        var state = await log.OpenSession().FetchStreamStateAsync(BacktestStarted.StreamOf(backtestId), cancellationToken);
        return new RunNotes(log, clock, backtestId, state?.Version ?? 0);
    }

    public async Task BeginAsync(BarSeries bars, BacktestPlan plan, CancellationToken cancellationToken)
    {
        _barsInAll = bars.Count;
        await AppendAsync(
            new BacktestBegun(_backtestId, _clock.GetUtcNow(), bars.Count, [.. bars.Instruments.Select(i => i.Id.Value)], Plans.Choices(plan)), cancellationToken);
    }

    /// <summary>Takes a step of the run, and notes what came of it now or with a later one.</summary>
    /// <param name="atOnce">Whether somebody follows: what happened is noted with the step that it happened in.</param>
    public async Task StepAsync(BacktestRun run, long closeMs, int bars, bool atOnce, CancellationToken cancellationToken)
    {
        Bars += bars;
        _curve.AddRange(Report.Points(run, closeMs));
        var events = run.Signals.Count + run.Session.OrderEvents.Count;
        var isDue = _clock.GetElapsedTime(_notedAt) >= Interval && (events > 0 || (Bars - _notedBars) * 100 >= _barsInAll);
        if (isDue || events >= MostEvents || (atOnce && events > 0)) await AdvancedAsync(run, closeMs, cancellationToken);
    }

    /// <summary>Notes what came of the run since the note before, if anything did.</summary>
    public async Task AdvancedAsync(BacktestRun run, long throughMs, CancellationToken cancellationToken)
    {
        if (Bars == _notedBars) return;

        Signals += run.Signals.Count;
        MarginCalls += run.Session.MarginCalls.Count;
        List<ReplayedEvent> events =
        [
            .. run.Signals.Select(Told)
                .Concat(run.Session.PositionEvents.OfType<BorrowCharged>().Select(Told))
                .Concat(run.Session.MarginCalls.Select(Told))
                .Concat(run.Session.OrderEvents.Select(Told))
                .OrderBy(e => e.At),
        ];
        List<BacktestTrade> trades = [.. run.Trades.Select(t => Told(t, ++_trades))];
        run.ClearEvents();
        await AppendAsync(new BacktestAdvanced(_backtestId, throughMs, Bars, events, trades), cancellationToken);
        _notedBars = Bars;
        _notedAt = _clock.GetTimestamp();
    }

    /// <exception cref="ConcurrencyException">Somebody else wrote into the stream.</exception>
    public async Task AppendAsync(object note, CancellationToken cancellationToken)
    {
        var session = _log.OpenSession();
        session.Append(BacktestStarted.StreamOf(_backtestId), _version, [note]);
        await session.SaveChangesAsync(cancellationToken);
        _version++;
    }

    /// <summary>Evenly, the last point of each currency kept.</summary>
    public IReadOnlyList<EquityPoint> Curve() =>
    [
        .. _curve.GroupBy(p => p.Currency, StringComparer.Ordinal).SelectMany(points =>
        {
            EquityPoint[] all = [.. points];
            var step = Math.Max(1, (all.Length + MostPoints - 1) / MostPoints);
            return all.Where((_, i) => (all.Length - 1 - i) % step == 0);
        }),
    ];

    private static BacktestTrade Told(RoundTrip trade, long number) => new(
        number,
        trade.Instrument.Value,
        trade.Side.ToString(),
        trade.Quantity,
        trade.EntryPrice,
        trade.ExitPrice,
        trade.Commission,
        trade.ProfitAndLoss,
        DateTimeOffset.FromUnixTimeMilliseconds(trade.OpenedMs),
        DateTimeOffset.FromUnixTimeMilliseconds(trade.ClosedMs));

    private static ReplayedEvent Told(Signal signal) => new(
        "signal",
        signal.Id.Value,
        signal.Instrument.Value,
        signal.Strategy,
        StrategyCatalog.Find(signal.Strategy).Describe(signal),
        signal.Bar.CloseTime);

    private static ReplayedEvent Told(BorrowCharged e) => new(
        "borrow_charged", e.Instrument.Value, e.Instrument.Value, null, Text($"{-e.Cash.Normalized()} for {e.Days} days of {-e.Quantity.Normalized()} short"), e.At);

    private static ReplayedEvent Told(MarginCalled e) => new(
        "margin_called", e.Currency, null, null, Text($"equity {e.Equity:0.00} {e.Currency}, margin {e.Required:0.00}: all is closed"), e.At);

    private static ReplayedEvent Told(OrderEvent e)
    {
        var id = e.OrderId.Value;
        return e switch
        {
            OrderRequested r => new(
                "order_requested", id, r.Intent.Instrument.Value, r.Intent.Strategy, Text($"{r.Intent.Side} {r.Intent.Quantity.Normalized()} near {r.Intent.ReferencePrice.Normalized()}"), e.At),
            OrderDenied d => new("order_denied", id, null, null, $"{d.Code}: {d.Reason}", e.At),
            OrderSubmitted => new("order_submitted", id, null, null, "sent", e.At),
            OrderAccepted a => new("order_accepted", id, null, null, a.VenueOrderId, e.At),
            OrderRejected r => new("order_rejected", id, null, null, r.Reason, e.At),
            OrderFilled f => new("order_filled", id, null, null, Text($"{f.Quantity.Normalized()} at {f.Price.Normalized()}"), e.At),
            OrderCanceled c => new("order_canceled", id, null, null, c.Reason, e.At),
            OrderSplit s => new("order_split", id, null, null, Text($"{s.Leaves.Normalized()} left"), e.At),
            _ => throw new InvalidOperationException($"Order {id}: the backtest does not know {e.GetType().Name}."),
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
