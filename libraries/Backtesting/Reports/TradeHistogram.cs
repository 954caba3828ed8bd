using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.Reports;

/// <summary>How many trades came to what.</summary>
internal static class TradeHistogram
{
    private const int Bins = 40;
    private const int MostTicks = 12;
    private const double Headroom = 1.05;

    public static void Write(Markup html, IReadOnlyList<RoundTrip> trades)
    {
        using var section = html.Open("section", ("id", "distribution"));
        html.Add("h2", "Results of trades");
        if (trades.Count == 0)
        {
            html.Add("p", "No trade was closed.", ("class", "note"));
            return;
        }

        var returns = trades.Select(Return).ToList();
        var (least, greatest) = (Math.Min(returns.Min(), 0), Math.Max(returns.Max(), 0));
        var width = ValueScale.RoundUp(Math.Max(greatest - least, 1e-6) / Bins);
        var first = (int)Math.Floor(least / width);
        var counts = new int[Math.Max((int)Math.Floor(greatest / width) - first + 1, 1)];
        foreach (var value in returns) counts[(int)Math.Floor(value / width) - first]++;

        var across = ValueScale.Between(first * width, (first + counts.Length) * width);
        var (step, rounds) = across.Ticks(MostTicks);
        var chart = new Chart(
            ValueScale.FromZero(counts.Max() * Headroom),
            rounds.Select(value => (1 - across.At(value), Numbers.Tick(100 * value, 100 * step) + " %")));
        chart.Write(
            html,
            $"Histogram of {Numbers.Trades(trades.Count)} by return, from {Numbers.Change(returns.Min())} to {Numbers.Change(returns.Max())}.",
            [("gain-bar", "gain"), ("loss-bar", "loss")],
            (value, _) => Math.Abs(value - Math.Round(value)) < 1e-9 ? Numbers.Tick(value, 1) : "",
            [.. counts.Select((count, i) => ((i + 0.5) / counts.Length, $"{Range(first + i)} · {Numbers.Trades(count)}"))],
            () =>
            {
                for (var i = 0; i < counts.Length; i++)
                {
                    var key = first + i < 0 ? "loss-bar" : "gain-bar";
                    if (counts[i] > 0) chart.WriteBar(html, key, (double)i / counts.Length, (i + 1.0) / counts.Length, counts[i]);
                }
            });
        html.Add("p", "Profit and loss, net of commission, over what was entered.", ("class", "note"));

        string Range(int bin) => $"{Numbers.Change(bin * width)} to {Numbers.Change((bin + 1) * width)}";
    }

    /// <summary>What a trade made of what was entered, as a fraction.</summary>
    public static double Return(RoundTrip trade) => (double)trade.ProfitAndLoss / ((double)trade.Quantity * (double)trade.EntryPrice);
}
