using System.Globalization;
using AlgoStack.Engine;
using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Simulation.Tests.Venue;

/// <summary>
/// A simulated venue as text, one line one event. What goes in: bars of a minute, <c>bar T open high low close [volume]</c>;
/// orders at the close of the bar before them, <c>buy|sell Q market|limit P|stop P|stop P limit P|trail D stop P</c>, where
/// <c>or …</c> is the other of a pair; <c>cancel</c> for the order before it; and, to go on with the bar before it, <c>protect …</c> for an order that came
/// with an entry and <c>rest [open]</c> to go through the rest of the bar. What comes out: <c>T what it traded</c>.
/// </summary>
internal static class VenueScript
{
    private const string Strategy = "test";

    public static VenueModel Free { get; } = new(CommissionModel.None, SlippageModel.None, TimeSpan.Zero, Participation: null);

    public static string Play(string script, VenueModel? model = null)
    {
        var venue = new SimulatedVenue(model ?? Free, barMs: 60_000);
        venue.Add(SessionScript.Apple);
        var reports = new List<VenueReport>();
        var bar = default(Bar);
        WorkingOrder? before = null;
        foreach (var line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "bar":
                    bar = SessionScript.BarOf(words);
                    venue.OnBar(0, bar, reports);
                    break;
                case "rest":
                    venue.OnRestOfBar(0, bar, words.Length > 1, reports);
                    break;
                case "cancel":
                    venue.Cancel(before!);
                    break;
                case "protect":
                    before = OrderOf(words[1..], bar);
                    venue.Protect(before, bar);
                    break;
                case "or" when words[1] == "protect":
                    before = Pair(before!, OrderOf(words[2..], bar));
                    venue.Protect(before, bar);
                    break;
                case "or":
                    before = Pair(before!, OrderOf(words[1..], bar));
                    venue.Accept(before, bar.CloseMs);
                    break;
                default:
                    before = OrderOf(words, bar);
                    venue.Accept(before, bar.CloseMs);
                    break;
            }
        }

        return string.Join('\n', reports.Select(Told));
    }

    internal static WorkingOrder Pair(WorkingOrder one, WorkingOrder other)
    {
        (one.OneCancelsOther, other.OneCancelsOther) = (other, one);
        return other;
    }

    internal static WorkingOrder OrderOf(string[] words, in Bar bar)
    {
        var isMarket = words[2] == "market";
        var prices = (isMarket ? [] : words[2..]).Chunk(2).ToDictionary(pair => pair[0], pair => (decimal?)SessionScript.Number(pair[1]), StringComparer.Ordinal);
        var (limit, stop, trail) = (prices.GetValueOrDefault("limit"), prices.GetValueOrDefault("stop"), prices.GetValueOrDefault("trail"));
        var type = (limit, stop, trail) switch
        {
            (null, null, null) => OrderType.Market,
            (_, null, null) => OrderType.Limit,
            (null, _, null) => OrderType.Stop,
            (_, _, null) => OrderType.StopLimit,
            _ => OrderType.TrailingStop,
        };
        var side = Enum.Parse<OrderSide>(words[0], ignoreCase: true);
        var quantity = (decimal)SessionScript.Number(words[1]);
        var id = new ClientOrderId(string.Join(' ', words));
        var intent = new OrderIntent(id, "paper", Strategy, SessionScript.Apple.Id, side, quantity, type, 10, SignalId: null, bar.CloseTime)
        {
            LimitPrice = limit,
            StopPrice = stop,
            TrailBy = trail,
        };
        return new WorkingOrder(0, intent, new StrategyBook(Strategy), isExit: false);
    }

    private static string Told(VenueReport report)
    {
        var minute = report.Event.At.ToUnixTimeMilliseconds() / 60_000;
        if (report.Event is not OrderFilled fill) return Text($"{minute} canceled {report.Order.Intent.OrderId}");

        var at = report.IsAtOpen ? " at open" : "";
        var leaves = fill.Leaves > 0 ? Text($", {fill.Leaves} left") : "";
        var paid = fill.Commission != 0 ? Text($", commission {fill.Commission.Normalized()}") : "";
        return Text($"{minute} {report.Order.Intent.Side} {fill.Quantity} @{fill.Price:0.00}{at}{leaves}{paid}").ToLowerInvariant();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
