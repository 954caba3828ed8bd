using System.Globalization;
using AlgoStack.Backtesting;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.EventStore.Streams;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;

namespace AlgoStack.Backtest.Backtests;

/// <summary>Runs one backtest to its end, noting what comes of it in its stream as it goes.</summary>
public sealed class RunBacktest(TapeData data, EventLog log, TimeProvider clock)
{
    /// <summary>Bars between two notes in the stream when nothing paces the run.</summary>
    private const int BarsBetweenNotes = 20_000;

    private const int MostPoints = 2_000;

    public async Task RunAsync(BacktestStarted started, CancellationToken cancellationToken)
    {
        var request = started.Request;
        var stretches = request.SessionId is { } session
            ? await data.OfSessionAsync(session, cancellationToken)
            : await data.OfRangeAsync(request, cancellationToken);

        if (!ReplayPace.TryParse(request.Speed, out var pace)) throw new NoDataException($"Speed: expected 1x to 1000x or max, found '{request.Speed}'.");

        var plan = Plans.Of(request.Strategies, request.Models);
        using var run = new BacktestRun(plan.Settings, stretches[0].Bars.Timeframe, plan.Strategies);
        await NoteBegunAsync(started.BacktestId, cancellationToken);
        var curve = new List<EquityPoint>();
        var totals = new Totals();
        foreach (var stretch in stretches)
        {
            if (stretch.WarmUp) run.WarmUp(stretch.Bars);
            else await AdvanceAsync(started.BacktestId, run, stretch.Bars, pace, curve, totals, cancellationToken);
        }

        var finish = log.OpenSession();
        finish.Append(BacktestStarted.StreamOf(started.BacktestId), new BacktestFinished(new BacktestView(
            started.BacktestId,
            "completed",
            request,
            totals.Bars,
            totals.Signals,
            run.Session.Intents,
            run.Session.Fills,
            run.Session.OrderListHash,
            DataHash.Of(stretches.Select(s => s.Bars)),
            Report.Statistics(run),
            Thin(curve),
            null,
            started.At,
            clock.GetUtcNow())));
        await finish.SaveChangesAsync(cancellationToken);
    }

    private async Task AdvanceAsync(
        string id, BacktestRun run, BarSeries bars, ReplayPace pace, List<EquityPoint> curve, Totals totals, CancellationToken cancellationToken)
    {
        var noted = 0;
        for (var row = 0; row < bars.Count;)
        {
            var end = BacktestRun.EndOfInstant(bars, row, bars.Count);
            run.Run(bars, row, end);
            curve.AddRange(Report.Points(run, bars.CloseMs[row]));

            var last = end == bars.Count;
            if (last || !pace.IsUnpaced || end - noted >= BarsBetweenNotes)
            {
                await NoteAsync(id, run, bars.CloseMs[row], end - noted, totals, cancellationToken);
                noted = end;
            }

            if (!last && !pace.IsUnpaced) await Task.Delay(pace.Between(bars.CloseMs[row], bars.CloseMs[end]), clock, cancellationToken);
            row = end;
        }
    }

    private async Task NoteBegunAsync(string id, CancellationToken cancellationToken)
    {
        var session = log.OpenSession();
        session.Append(BacktestStarted.StreamOf(id), new BacktestBegun(id, clock.GetUtcNow()));
        await session.SaveChangesAsync(cancellationToken);
    }

    private async Task NoteAsync(string id, BacktestRun run, long throughMs, int bars, Totals totals, CancellationToken cancellationToken)
    {
        totals.Bars += bars;
        totals.Signals += run.Signals.Count;
        var events = run.Signals.Select(Told)
            .Concat(run.Session.PositionEvents.OfType<BorrowCharged>().Select(Told))
            .Concat(run.Session.MarginCalls.Select(Told))
            .Concat(run.Session.OrderEvents.Select(Told))
            .OrderBy(e => e.At).ToList();
        run.ClearEvents();
        if (events.Count == 0) return;

        var session = log.OpenSession();
        session.Append(BacktestStarted.StreamOf(id), new BacktestAdvanced(id, throughMs, totals.Bars, events));
        await session.SaveChangesAsync(cancellationToken);
    }

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

    /// <summary>Evenly, the last point of each currency kept.</summary>
    private static List<EquityPoint> Thin(List<EquityPoint> curve) =>
    [
        .. curve.GroupBy(p => p.Currency, StringComparer.Ordinal).SelectMany(points =>
        {
            EquityPoint[] all = [.. points];
            var step = Math.Max(1, (all.Length + MostPoints - 1) / MostPoints);
            return all.Where((_, i) => (all.Length - 1 - i) % step == 0);
        }),
    ];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Totals
    {
        public long Bars { get; set; }

        public long Signals { get; set; }
    }
}
