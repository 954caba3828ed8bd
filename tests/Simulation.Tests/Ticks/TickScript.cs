using System.Globalization;
using AlgoStack.Engine;
using AlgoStack.Simulation.Tests.Venue;
using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Simulation.Tests.Ticks;

/// <summary>
/// Ticks as text, one line one tick: <c>T trade PRICE SIZE</c> or <c>T quote BID SIZE ASK SIZE</c>, T in seconds; where there is
/// more than one instrument, <c>of I</c> at the end. For a venue also orders, as <see cref="VenueScript"/> has them, with the time
/// at which they are accepted: <c>T buy 100 limit 9</c>, <c>T or …</c>, <c>T protect …</c>. What comes out: <c>T what it traded</c>.
/// </summary>
internal static class TickScript
{
    public static TickSeries Series(string script, params Instrument[] instruments)
    {
        var ticks = Lines(script).Where(words => words[1] is "trade" or "quote").ToArray();
        return new TickSeries(
            instruments is [] ? [SessionScript.Apple] : instruments,
            [.. ticks.Select(words => words[^2] == "of" ? int.Parse(words[^1], CultureInfo.InvariantCulture) : 0)],
            [.. ticks.Select(words => Us(words[0]))],
            [.. ticks.Select(words => words[1] == "trade" ? TickKind.Trade : TickKind.Quote)],
            [.. ticks.Select(words => Number(words, 2))],
            [.. ticks.Select(words => Number(words, 3))],
            [.. ticks.Select(words => words[1] == "trade" ? 0 : Number(words, 4))],
            [.. ticks.Select(words => words[1] == "trade" ? 0 : Number(words, 5))]);
    }

    /// <summary>What a venue makes of it.</summary>
    /// <param name="newest">The bar that slippage is worked out from.</param>
    public static string Play(string script, VenueModel? model = null, Bar newest = default)
    {
        var venue = new SimulatedVenue(model ?? VenueScript.Free, barMs: 60_000);
        venue.Add(SessionScript.Apple);
        venue.OnBarOfTicks(0, newest);
        var ticks = Series(script);
        var market = new TickBars(Timeframe.Day);
        market.Add(0, SessionScript.Apple.Id);
        market.Close(0, []);
        var reports = new List<VenueReport>();
        var told = new List<string>();
        var row = 0;
        WorkingOrder? before = null;
        foreach (var words in Lines(script))
        {
            if (words[1] is not ("trade" or "quote"))
            {
                before = Accept(venue, words, before);
                continue;
            }

            market.Pass(ticks, [0], row, row + 1, out _);
            venue.OnTick(0, ticks[row], market[0], reports);
            told.AddRange(reports.Select(report => $"{words[0]} {Told(report)}"));
            reports.Clear();
            row++;
        }

        return string.Join('\n', told);
    }

    public static string Told(OrderSide side, OrderFilled fill)
    {
        var leaves = fill.Leaves > 0 ? Text($", {fill.Leaves} left") : "";
        var paid = fill.Commission != 0 ? Text($", commission {fill.Commission.Normalized()}") : "";
        return Text($"{side} {fill.Quantity.Normalized()} @{fill.Price:0.00}{leaves}{paid}").ToLowerInvariant();
    }

    private static WorkingOrder Accept(SimulatedVenue venue, string[] words, WorkingOrder? before)
    {
        var at = new Bar(Us(words[0]) / 1_000, 0, 0, 0, 0, 0);
        var isOther = words[1] == "or";
        var wanted = words[(isOther ? 2 : 1)..];
        var isExit = wanted[0] == "protect";
        var order = VenueScript.OrderOf(isExit ? wanted[1..] : wanted, at);
        if (isOther) VenueScript.Pair(before!, order);
        if (isExit) venue.Protect(order);
        else venue.Accept(order, at.CloseMs);
        return order;
    }

    private static string Told(VenueReport report) => report.Event is OrderFilled fill
        ? Told(report.Order.Intent.Side, fill)
        : $"canceled {report.Order.Intent.OrderId}";

    private static IEnumerable<string[]> Lines(string script) => script
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static long Us(string seconds) => (long)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * 1_000_000);

    private static double Number(string[] words, int place) => SessionScript.Number(words[place]);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
