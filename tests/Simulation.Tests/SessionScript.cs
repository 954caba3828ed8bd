using System.Globalization;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Signals;

namespace AlgoStack.Simulation.Tests;

/// <summary>
/// A trading session as text, one line one event. What goes in: bars of a minute, <c>bar T open high low close [volume]</c>,
/// <c>halt</c>, <c>resume</c>, <c>split NEW OLD</c> and <c>dividend D</c> after the bar before them, and signals at the bar before them, <c>long|short|flat T [stop P] [target P] [expiry N] [by NAME]</c>.
/// </summary>
internal static class SessionScript
{
    public static readonly Instrument Apple = new(new InstrumentId("AAPL.SIM"), 0.01m, 1, "USD");

    /// <summary>What the session did, in order.</summary>
    public static string Play(string script, TradingSettings? settings = null)
    {
        using var session = Session(script, settings);
        return Told(session);
    }

    public static TradingSession Session(string script, TradingSettings? settings = null)
    {
        var session = new TradingSession((settings ?? new TradingSettings("paper")) with { BarLength = TimeSpan.FromMinutes(1) });
        var apple = session.IndexOf(Apple);
        var last = default(Bar);
        foreach (var line in script.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "bar":
                    last = BarOf(words);
                    if (session.IsOnCredit) session.BeginInstant(last.CloseMs);
                    session.OnBar(apple, last);
                    if (session.IsOnCredit) session.EndBars(last.CloseMs);
                    break;
                case "split":
                    session.OnAction(new Split(Apple.Id, last.CloseMs, (decimal)Number(words[1]), (decimal)Number(words[2])));
                    break;
                case "dividend":
                    session.OnAction(new CashDividend(Apple.Id, last.CloseMs, (decimal)Number(words[1])));
                    break;
                case "halt":
                    session.Halt();
                    break;
                case "resume":
                    session.Resume();
                    break;
                default:
                    session.OnSignal(SignalOf([words[0], .. words[2..]], last));
                    break;
            }
        }

        return session;
    }

    /// <summary>The minute, the prices and the volume, which is 1 where it is left out.</summary>
    public static Bar BarOf(string[] words)
    {
        var numbers = words[1..].Select(Number).ToArray();
        return new Bar(60_000 * (long)numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers.Length > 5 ? numbers[5] : 1);
    }

    public static double Number(string word) => double.Parse(word, CultureInfo.InvariantCulture);

    /// <summary>The direction, then what goes with it.</summary>
    public static Signal SignalOf(string[] words, Bar bar)
    {
        var direction = Enum.Parse<SignalDirection>(words[0], ignoreCase: true);
        var given = words[1..].Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        var expiry = given.TryGetValue("expiry", out var expiryBars) ? (int)Number(expiryBars) : 0;
        var verdict = new Verdict(direction, Score: 1, Price("target"), Price("stop"), expiry, FlipClose: double.NaN, default);
        return new Signal(
            new SignalId("s"), given.GetValueOrDefault("by", "test"), "", Apple.Id, Timeframe.Minute, bar, verdict, default, Quality: 1);

        double Price(string name) => given.TryGetValue(name, out var price) ? Number(price) : double.NaN;
    }

    private static string Told(TradingSession session)
    {
        var positions = new Queue<string>(session.PositionEvents
            .Where(p => p is PositionOpened or PositionChanged or PositionClosed)
            .Select(p => Text($"position {p.Quantity.Normalized()} @{p.AveragePrice:0.00}")));
        var orders = session.OrderEvents.OfType<OrderRequested>().ToDictionary(r => r.OrderId, r => Named(r.Intent));
        var lines = new List<string>();
        foreach (var e in session.OrderEvents)
        {
            lines.Add(e switch
            {
                OrderRequested => $"requested {orders[e.OrderId]}",
                OrderDenied d => $"denied {d.Code}",
                OrderSubmitted => "submitted",
                OrderAccepted a => $"accepted {a.VenueOrderId}",
                OrderFilled f => Text(
                    $"filled {f.Quantity.Normalized()} @{f.Price:0.00} commission {f.Commission.Normalized()} leaves {f.Leaves.Normalized()}"),
                OrderCanceled => $"canceled {orders[e.OrderId]}",
                OrderSplit s => Text($"split {orders[e.OrderId]} into {s.Leaves.Normalized()} {(s.StopPrice ?? s.LimitPrice)?.Normalized()}").TrimEnd(),
                _ => e.ToString(),
            });
            if (e is OrderFilled) lines.Add(positions.Dequeue());
        }

        return string.Join('\n', lines);
    }

    private static string Named(OrderIntent order)
    {
        var at = order.Type is OrderType.Market ? "@" : $"{order.Type} ".ToLowerInvariant();
        return Text($"{order.Side} {order.Quantity.Normalized()} {at}{order.ReferencePrice.Normalized()}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
