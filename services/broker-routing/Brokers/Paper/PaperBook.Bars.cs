using AlgoStack.Engine;
using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Paper;

/// <content>
/// What bars make of the orders. The rules are those of <see cref="SimulatedVenue"/>, which goes through each bar with the orders
/// as they stand in the book and is forgotten after it. What it has no rule for is here: times in force, post-only, reduce-only.
/// </content>
internal sealed partial class PaperBook
{
    /// <summary>An order that comes so soon after a bar has opened trades in it: it takes a moment from a close to what that causes.</summary>
    public static readonly TimeSpan Promptly = TimeSpan.FromSeconds(5);

    private const int Digits = 8;

    /// <summary>Goes through a bar with the orders of a symbol that were there when it opened.</summary>
    public void OnBar(string symbol, in Bar bar, Timeframe length, VenueModel model, DateTimeOffset now)
    {
        var opens = bar.CloseTime.AddMilliseconds(-length.Milliseconds);
        var here = new List<PaperOrder>();
        foreach (var order in Working.Where(o => o.Symbol == symbol && o.ArrivedAt - Promptly <= opens).ToList())
        {
            if (order.TimeInForce == TimeInForce.Day && opens > order.DayEnds) Expire(order, now);
            else if (WouldTake(order, bar.Open)) Cancel(order, "post-only: it would have taken the price there is", now);
            else here.Add(order);
        }

        if (here.Count == 0) return;

        var (venue, resting, reports) = GoThrough(here, bar, length, model);
        foreach (var report in reports) Trade(report, bar, now);
        foreach (var order in here.Select(o => _orders[o.VenueOrderId]).Where(o => !o.Status.IsFinal()))
        {
            if (order.IsImmediate) Cancel(order, "what does not trade at once is no more", now);
            else if (order.TimeInForce == TimeInForce.Day && bar.CloseTime >= order.DayEnds) Expire(order, now);
            else Rest(order, venue.StopOf(resting[order.VenueOrderId]), bar, now);
        }
    }

    private void Cancel(PaperOrder order, string reason, DateTimeOffset now) => Decide(new PaperOrderCanceled(order.VenueOrderId, reason, now));

    private void Expire(PaperOrder order, DateTimeOffset now) => Decide(new PaperOrderExpired(order.VenueOrderId, "the day is over", now));

    private static bool WouldTake(PaperOrder order, double open) =>
        order is { PostOnly: true, HasWaited: false, LimitPrice: { } limit } && (order.IsBuy ? open <= (double)limit : open >= (double)limit);

    /// <summary>
    /// What trades. An order that may only trade at once, and would later, or whole, and would in part, has no part in the bar:
    /// it is left out and the others go through it anew, for they may have what it would have taken.
    /// </summary>
    private static (SimulatedVenue Venue, Dictionary<string, WorkingOrder> Resting, List<VenueReport> Reports) GoThrough(
        List<PaperOrder> here, in Bar bar, Timeframe length, VenueModel model)
    {
        var left = here.ToDictionary(o => o.VenueOrderId, StringComparer.Ordinal);
        while (true)
        {
            var venue = new SimulatedVenue(model, length.Milliseconds);
            var instrument = new Instrument(InstrumentOf(here[0].Symbol), here[0].Tick, here[0].Lot, here[0].Currency);
            venue.Add(instrument);
            var resting = new Dictionary<string, WorkingOrder>(StringComparer.Ordinal);
            foreach (var order in here.Where(o => left.ContainsKey(o.VenueOrderId)))
            {
                resting.Add(order.VenueOrderId, new WorkingOrder(0, IntentOf(order, instrument.Id, bar.Open)));
                venue.Accept(resting[order.VenueOrderId], bar.CloseMs - length.Milliseconds);
            }

            var reports = new List<VenueReport>();
            venue.OnBar(0, bar, reports);
            if (reports.FindIndex(IsTooLateOrTooLittle) is >= 0 and var spoilt) left.Remove(IdOf(reports[spoilt].Order));
            else return (venue, resting, reports);
        }

        bool IsTooLateOrTooLittle(VenueReport report) =>
            left[IdOf(report.Order)] is { IsImmediate: true } order
            && (!report.IsAtOpen || (order.TimeInForce == TimeInForce.Fok && report.Order.Leaves > 0));
    }

    private void Trade(VenueReport report, in Bar bar, DateTimeOffset now)
    {
        var order = _orders[IdOf(report.Order)];
        var fill = (OrderFilled)report.Event;
        var quantity = order.ReduceOnly ? Math.Min(fill.Quantity, Closable(order.Symbol, order.Side)) : fill.Quantity;
        if (quantity > 0)
        {
            // Of what is cut off, its share of the commission is.
            var commission = quantity == fill.Quantity ? fill.Commission : decimal.Round(fill.Commission * quantity / fill.Quantity, Digits);
            var trade = $"{order.VenueOrderId}.{order.Executions.Count + 1}";
            Decide(new PaperOrderFilled(order.VenueOrderId, trade, quantity, fill.Price, commission, bar.CloseTime, now));
        }

        if (quantity < fill.Quantity) Cancel(order, "nothing is left to close", now);
    }

    /// <param name="stop">Where the simulation has it after the bar.</param>
    private void Rest(PaperOrder order, double? stop, in Bar bar, DateTimeOffset now)
    {
        var waitsAs = (order.WaitsAs, stop) switch
        {
            (OrderType.StopLimit, null) => OrderType.Limit,
            (OrderType.Stop or OrderType.TrailingStop, null) => OrderType.Market,
            _ => order.WaitsAs,
        };
        if (waitsAs != order.WaitsAs || (decimal?)stop != order.StopPrice || (order.PostOnly && !order.HasWaited))
            Decide(new PaperOrderRested(order.VenueOrderId, waitsAs, (decimal?)stop, bar.CloseTime, now));
    }

    /// <summary>The order as it stands, in the simulation's words.</summary>
    private static OrderIntent IntentOf(PaperOrder order, InstrumentId instrument, double open)
    {
        // A trailing stop without a place begins behind the first open that it sees.
        var first = order.WaitsAs == OrderType.TrailingStop ? (decimal)open + (order.IsBuy ? order.TrailBy : -order.TrailBy) : null;
        return new OrderIntent(
            new ClientOrderId(order.VenueOrderId), "", "", instrument, order.Side, order.Leaves, order.WaitsAs, 0, SignalId: null, order.ArrivedAt)
        {
            LimitPrice = order.LimitPrice,
            StopPrice = order.StopPrice ?? first,
            TrailBy = order.TrailBy,
        };
    }

    private static string IdOf(WorkingOrder order) => order.Intent.OrderId.Value;

    private static InstrumentId InstrumentOf(string symbol) => new($"{symbol}.{PaperBroker.Name}");
}
