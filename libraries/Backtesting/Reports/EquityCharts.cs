using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtesting.Reports;

/// <summary>How the account's worth went, beside holding what it traded, and how far below its high it was.</summary>
internal static class EquityCharts
{
    private const long DayMs = 86_400_000;
    private const double LeastDepth = -0.01;

    public static void WriteEquity(Markup html, BacktestData data, CurrencyResult currency, BarSeries? bars)
    {
        var time = new TimeScale(data.FirstMs, data.LastMs);
        var curve = Curve(currency);
        var holding = Holding(data, currency, bars);
        using var section = html.Open("section", ("id", $"equity-{currency.Currency}"));
        html.Add("h2", $"Equity in {currency.Currency}");
        if (curve.Count == 0)
        {
            html.Add("p", "The curve has no points.", ("class", "note"));
            return;
        }

        var worths = curve.Concat(holding).Select(p => p.Value).ToList();
        var chart = new Chart(ValueScale.Around(worths.Min(), worths.Max()), time.Ticks());
        List<(string Key, string Text)> legend = [("equity", "the account")];
        if (holding.Count > 0) legend.Add(("holding", "holding the same instruments in equal parts"));
        chart.Write(
            html,
            $"Line chart of equity in {currency.Currency}, from {Money(curve[0].Value)} to {Money(curve[^1].Value)}.",
            legend,
            Numbers.Tick,
            [.. Readouts()],
            () =>
            {
                if (holding.Count > 0) chart.WriteLine(html, "holding", [.. holding.Select(p => (time.At(p.AtMs), p.Value))]);
                chart.WriteLine(html, "equity", [.. curve.Select(p => (time.At(p.AtMs), p.Value))]);
            });

        IEnumerable<(double X, string Text)> Readouts()
        {
            var held = 0;
            foreach (var (atMs, value) in curve)
            {
                while (held + 1 < holding.Count && holding[held + 1].AtMs <= atMs) held++;
                var text = $"{Numbers.Minute(atMs)} · account {Money(value)}";
                yield return (time.At(atMs), holding.Count > 0 ? $"{text} · holding {Money(holding[held].Value)}" : text);
            }
        }
    }

    public static void WriteDrawdown(Markup html, BacktestData data, CurrencyResult currency)
    {
        var time = new TimeScale(data.FirstMs, data.LastMs);
        var high = (double)currency.Statistics.OpeningEquity;
        var falls = new List<(long AtMs, double Value)>();
        foreach (var (atMs, value) in Curve(currency))
        {
            high = Math.Max(high, value);
            falls.Add((atMs, (value / high) - 1));
        }

        if (falls.Count == 0) return;
        using var section = html.Open("section", ("id", $"drawdown-{currency.Currency}"));
        html.Add("h2", $"Drawdown in {currency.Currency}");
        var chart = new Chart(ValueScale.FromZero(Math.Min(falls.Min(f => f.Value), LeastDepth)), time.Ticks());
        var points = falls.Select(f => (time.At(f.AtMs), f.Value)).ToList();
        var deepest = StatisticGroup.Find("maxDrawdown").Text(currency);
        chart.Write(
            html,
            $"Area chart of the fall from the highest equity before; the deepest is {deepest}.",
            [("fall", "below the highest equity before")],
            (value, step) => Numbers.Tick(100 * value, 100 * step) + " %",
            [.. falls.Select(f => (time.At(f.AtMs), $"{Numbers.Minute(f.AtMs)} · {Numbers.Percent(f.Value)}"))],
            () =>
            {
                chart.WriteArea(html, "fall-area", points, 0);
                chart.WriteLine(html, "fall", points);
            });
        html.Add(
            "p",
            $"Drawn from {Numbers.Count(falls.Count)} points of the curve. The deepest fall, {deepest}, was measured at every bar.",
            ("class", "note"));
    }

    private static List<(long AtMs, double Value)> Curve(CurrencyResult currency) =>
        [.. currency.Curve.Where(p => double.IsFinite(p.Equity)).Select(p => (p.AtMs, p.Equity))];

    /// <summary>What the opening equity had become by holding, at the end of each day; empty with nothing to compare.</summary>
    private static List<(long AtMs, double Value)> Holding(BacktestData data, CurrencyResult currency, BarSeries? bars)
    {
        if (bars is null || currency.Holding is null) return [];

        var returns = HoldingReturns.Of(bars, currency.Currency);
        var worth = (double)currency.Statistics.OpeningEquity;
        var points = new List<(long, double)> { (data.FirstMs, worth) };
        for (var i = 0; i < returns.Count; i++)
        {
            worth *= 1 + returns.Values[i];
            var midnight = new DateTimeOffset(returns.Days[i], TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeMilliseconds() + DayMs;
            points.Add((Math.Min(midnight, data.LastMs), worth));
        }

        return points;
    }

    private static string Money(double value) => Numbers.Tick(value, 1);
}
