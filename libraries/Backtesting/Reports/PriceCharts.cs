using System.Globalization;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.Reports;

/// <summary>Prices of the instruments most traded, with the trades that weighed most.</summary>
internal static class PriceCharts
{
    private const int MostCharts = 6;
    private const int MostTrades = 150;

    private static readonly (string Key, string Text)[] Legend =
    [
        ("price", "close, low to high"),
        ("long", "▲ long entry"),
        ("short", "▼ short entry"),
        ("exit", "○ exit"),
        ("won", "gain"),
        ("lost", "loss"),
    ];

    public static void Write(Markup html, BacktestResult result, BarSeries bars)
    {
        var trades = result.Trades.ToLookup(t => t.Instrument);
        var order = Enumerable.Range(0, bars.Instruments.Count).OrderByDescending(i => trades[bars.Instruments[i].Id].Count()).ToList();
        var time = new TimeScale(result.Data.FirstMs, result.Data.LastMs);
        foreach (var instrument in order.Take(MostCharts)) WriteChart(html, time, bars, instrument, [.. trades[bars.Instruments[instrument].Id]]);

        if (order.Count > MostCharts)
        {
            html.Add(
                "p",
                $"Prices of the {MostCharts} instruments traded most; {Numbers.Count(order.Count - MostCharts)} more are not drawn.",
                ("class", "note"));
        }
    }

    private static void WriteChart(Markup html, TimeScale time, BarSeries bars, int instrument, IReadOnlyList<RoundTrip> trades)
    {
        var columns = Columns(time, bars, instrument);
        if (columns.Count == 0) return;

        var id = bars.Instruments[instrument].Id.Value;
        var shown = trades.OrderByDescending(t => Math.Abs(TradeHistogram.Return(t))).Take(MostTrades).OrderBy(t => t.OpenedMs).ToList();
        using var section = html.Open("section", ("id", string.Create(CultureInfo.InvariantCulture, $"price-{instrument}")));
        html.Add("h2", $"Price of {id} and trades");
        var chart = new Chart(ValueScale.Around(columns.Min(c => c.Low), columns.Max(c => c.High)), time.Ticks());
        chart.Write(
            html,
            $"Line chart of the price of {id}, from {Numbers.Short(columns[0].Close)} to {Numbers.Short(columns[^1].Close)}, "
            + $"with {Numbers.Trades(shown.Count)}.",
            Legend,
            Numbers.Tick,
            [.. columns.Select(c => (time.At(c.LastMs), Readout(c)))],
            () =>
            {
                chart.WriteBand(html, "range", [.. columns.Select(c => (time.At(c.LastMs), c.Low, c.High))]);
                chart.WriteLine(html, "price", [.. columns.Select(c => (time.At(c.LastMs), c.Close))]);
                foreach (var trade in shown) WriteTrade(html, chart, time, trade);
            });
        html.Add("p", Note(trades.Count, shown.Count), ("class", "note"));
    }

    private static void WriteTrade(Markup html, Chart chart, TimeScale time, RoundTrip trade)
    {
        var (entry, exit) = ((time.At(trade.OpenedMs), (double)trade.EntryPrice), (time.At(trade.ClosedMs), (double)trade.ExitPrice));
        using var group = html.Open("g");
        html.Add("title", TradeText(trade));
        chart.WriteSegment(html, trade.ProfitAndLoss < 0 ? "lost" : "won", entry, exit);
        chart.WriteMark(html, trade.Side is OrderSide.Buy ? "long" : "short", entry.Item1, entry.Item2);
        chart.WriteMark(html, "exit", exit.Item1, exit.Item2);
    }

    private static string TradeText(RoundTrip trade) =>
        $"{(trade.Side is OrderSide.Buy ? "Long" : "Short")} {Numbers.Amount(trade.Quantity)} "
        + $"at {Numbers.Amount(trade.EntryPrice)} on {Numbers.Minute(trade.OpenedMs)}, "
        + $"out at {Numbers.Amount(trade.ExitPrice)} on {Numbers.Minute(trade.ClosedMs)}: {Numbers.Money(trade.ProfitAndLoss)}";

    private static string Note(int trades, int shown) =>
        trades == 0 ? "No trade was closed."
        : trades == shown ? $"{Numbers.Trades(trades)}, all drawn."
        : $"The {Numbers.Trades(shown)} that gained or lost most of what was entered are drawn; {Numbers.Count(trades - shown)} are not.";

    private static string Readout(Column column) =>
        $"{Numbers.Minute(column.LastMs)} · close {Numbers.Short(column.Close)} · {Numbers.Short(column.Low)} to {Numbers.Short(column.High)}";

    /// <summary>The bars of an instrument, those that fall on one pixel together.</summary>
    private static List<Column> Columns(TimeScale time, BarSeries bars, int instrument)
    {
        var columns = new List<Column>();
        var at = -1;
        for (var row = 0; row < bars.Count; row++)
        {
            if (bars.Instrument[row] != instrument) continue;

            var bar = bars[row];
            var column = (int)(time.At(bar.CloseMs) * Chart.Columns);
            if (column == at)
            {
                var last = columns[^1];
                columns[^1] = new Column(bar.CloseMs, Math.Min(last.Low, bar.Low), Math.Max(last.High, bar.High), bar.Close);
            }
            else
            {
                columns.Add(new Column(bar.CloseMs, bar.Low, bar.High, bar.Close));
                at = column;
            }
        }

        return columns;
    }

    private readonly record struct Column(long LastMs, double Low, double High, double Close);
}
