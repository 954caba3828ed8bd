using System.Globalization;
using AlgoStack.Trading.Research;

namespace AlgoStack.Backtesting.Reports;

/// <summary>What the same kind of days in another order could have come to.</summary>
internal static class MonteCarloTable
{
    private const int Paths = 1_000;
    private const ulong Seed = 1;

    public static void Write(Markup html, CurrencyResult currency)
    {
        using var section = html.Open("section", ("id", $"monte-carlo-{currency.Currency}"));
        html.Add("h2", $"Monte Carlo in {currency.Currency}");
        if (currency.Days is not { Count: > 0 } days)
        {
            html.Add("p", "There are no daily returns to draw from.", ("class", "note"));
            return;
        }

        var meanBlock = Math.Max(Math.Cbrt(days.Count), 1);
        var paths = MonteCarlo.Run(days.Values, Paths, meanBlock, new SplitMix64(Seed));
        using (html.Open("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Monte Carlo")))
        using (html.Open("table", ("class", "numbers")))
        {
            using (html.Open("thead"))
            using (html.Open("tr"))
            {
                foreach (var head in (string[])["Of all paths", "5 % below", "25 % below", "Half below", "75 % below", "95 % below", "This run"])
                    html.Add("th", head, ("scope", "col"));
                html.Add("th", "Where this run lies", ("scope", "col"), ("class", "strip"));
            }

            using var body = html.Open("tbody");
            WriteRow(html, "Total return", paths.TotalReturn, currency.Statistics.TotalReturn, Numbers.Percent);
            WriteRow(html, "Max drawdown", paths.MaxDrawdown, currency.Statistics.MaxDrawdown, Numbers.Percent);
            WriteRow(html, "Sharpe", paths.Sharpe, currency.Statistics.Sharpe, Numbers.Ratio);
        }

        html.Add(
            "p",
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                 {Paths:#,0} paths of {days.Count:#,0} days, drawn from the run's own by the stationary bootstrap in blocks of {meanBlock:0.0} days
                 on average; seed {Seed}. Bars span 5 % to 95 % of them, their stronger part 25 % to 75 %; the line is this run. The drawdown of
                 a path is that of its days' ends, this run's of every bar.
                 """),
            ("class", "note"));
    }

    private static void WriteRow(Markup html, string name, Percentiles? paths, double? run, Func<double, string> text)
    {
        using var row = html.Open("tr");
        html.Add("th", name, ("scope", "row"));
        foreach (var value in (double?[])[paths?.P5, paths?.P25, paths?.P50, paths?.P75, paths?.P95, run])
            html.Add("td", value is { } number ? text(number) : Numbers.Unknown);
        using var cell = html.Open("td", ("class", "strip"));
        if (paths is { } p && run is { } r) WriteStrip(html, p, r);
    }

    private static void WriteStrip(Markup html, Percentiles paths, double run)
    {
        var least = Math.Min(paths.P1, run);
        var length = Math.Max(Math.Max(paths.P99, run) - least, double.Epsilon);
        using var strip = html.Open("svg", ("class", "strip"), ("aria-hidden", "true"));
        Span("tail", paths.P5, paths.P95);
        Span("middle", paths.P25, paths.P75);
        html.Add("line", ("class", "run"), ("x1", At(run)), ("x2", At(run)), ("y1", "0"), ("y2", "100%"));

        string At(double value) => Chart.Percent((value - least) / length);

        void Span(string key, double from, double to) =>
            html.Add("rect", ("class", key), ("x", At(from)), ("width", Chart.Percent((to - from) / length)), ("y", "25%"), ("height", "50%"));
    }
}
