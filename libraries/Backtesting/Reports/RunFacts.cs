namespace AlgoStack.Backtesting.Reports;

/// <summary>What ran, over what, and by which rules.</summary>
internal static class RunFacts
{
    private const int MostInstruments = 12;

    public static void WriteTitle(Markup html, BacktestResult result)
    {
        var data = result.Data;
        using var head = html.Open("header");
        html.Add("h1", data.Name);
        html.Add(
            "p",
            $"Backtest of {string.Join(", ", result.Strategies.Select(s => s.Name))} over {Numbers.Count(data.Bars)} bars of {data.Timeframe}, "
            + $"{Numbers.Minute(data.FirstMs)} to {Numbers.Minute(data.LastMs)} UTC",
            ("class", "lead"));
    }

    public static void Write(Markup html, BacktestResult result)
    {
        using var section = html.Open("section", ("id", "run"));
        html.Add("h2", "What ran");
        using var columns = html.Open("div", ("class", "columns"));
        using (html.Open("div"))
        {
            WriteList(html, "Strategies", result.Strategies.Select(s => (s.Name, s.Instruments.Count == 0
                ? s.Parameters : $"{s.Parameters} on {Names(s.Instruments)}")));
            WriteList(html, "Data", [("instruments", Names(result.Data.Instruments)), ("bars, SHA-256", result.Data.Hash), ("splits and dividends", Numbers.Count(result.Data.Actions))]);
        }

        WriteList(html, "Models", result.Models.Select(m => (m.Key, m.Value)));
        WriteList(
            html,
            "Orders",
            [
                ("signals", Numbers.Count(result.Signals)),
                ("orders", Numbers.Count(result.Orders)),
                ("denied by risk", Numbers.Count(result.Denied)),
                ("margin calls", Numbers.Count(result.MarginCalls)),
                ("fills", Numbers.Count(result.Fills)),
                ("list of orders, hash", result.OrderListHash),
            ]);
    }

    private static void WriteList(Markup html, string name, IEnumerable<(string Name, string Value)> items)
    {
        using var part = html.Open("div", ("class", "facts"));
        html.Add("h3", name);
        using var list = html.Open("dl");
        foreach (var item in items)
        {
            using var pair = html.Open("div");
            html.Add("dt", item.Name);
            html.Add("dd", item.Value);
        }
    }

    private static string Names(IReadOnlyList<string> instruments) =>
        string.Join(", ", instruments.Take(MostInstruments))
        + (instruments.Count > MostInstruments ? $" and {Numbers.Count(instruments.Count - MostInstruments)} more" : "");
}
