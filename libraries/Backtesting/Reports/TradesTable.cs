using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.Reports;

/// <summary>The first trades, one a line.</summary>
internal static class TradesTable
{
    private const int Most = 500;

    private static readonly string[] Heads =
        ["Instrument", "Side", "Quantity", "Entry", "Exit", "Opened, UTC", "Closed, UTC", "Commission", "Profit and loss", "Return"];

    public static void Write(Markup html, IReadOnlyList<RoundTrip> trades)
    {
        using var section = html.Open("section", ("id", "trades"));
        html.Add("h2", "Trades");
        if (trades.Count == 0)
        {
            html.Add("p", "No trade was closed.", ("class", "note"));
            return;
        }

        using (html.Open("div", ("class", "scroll tall"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Trades")))
        using (html.Open("table", ("class", "numbers trades")))
        {
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                foreach (var head in Heads) html.Add("th", head, ("scope", "col"));
            }

            using var body = html.Open("tbody");
            foreach (var trade in trades.Take(Most)) WriteRow(html, trade);
        }

        if (trades.Count > Most)
            html.Add("p", $"The first {Numbers.Count(Most)}; trades.csv has these and {Numbers.Count(trades.Count - Most)} more.", ("class", "note"));
    }

    private static void WriteRow(Markup html, RoundTrip trade)
    {
        using var row = html.Open("tr");
        html.Add("th", trade.Instrument.Value, ("scope", "row"));
        html.Add("td", trade.Side is OrderSide.Buy ? "long" : "short", ("class", "text"));
        html.Add("td", Numbers.Amount(trade.Quantity));
        html.Add("td", Numbers.Amount(trade.EntryPrice));
        html.Add("td", Numbers.Amount(trade.ExitPrice));
        html.Add("td", Numbers.Minute(trade.OpenedMs));
        html.Add("td", Numbers.Minute(trade.ClosedMs));
        html.Add("td", Numbers.Money(trade.Commission));
        html.Add("td", Numbers.Money(trade.ProfitAndLoss), ("class", Tone(trade)));
        html.Add("td", Numbers.Change(TradeHistogram.Return(trade)), ("class", Tone(trade)));
    }

    private static string Tone(RoundTrip trade) => trade.ProfitAndLoss switch { > 0 => "up", < 0 => "down", _ => "" };
}
