using System.Globalization;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.Reports;

/// <summary>Returns of months and years, the stronger the deeper in colour.</summary>
internal static class MonthsTable
{
    private const int Shades = 5;
    private const double Small = 0.02;

    private static readonly string[] Names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    public static void Write(Markup html, CurrencyResult currency)
    {
        using var section = html.Open("section", ("id", $"months-{currency.Currency}"));
        html.Add("h2", $"Monthly returns in {currency.Currency}, %");
        if (currency.Days?.Months() is not { Count: > 0 } months)
        {
            html.Add("p", "No day has a return: none has ended, or one did with nothing or a debt.", ("class", "note"));
            return;
        }

        var strongest = months.Max(m => Math.Abs(m.Value));
        var format = strongest < Small ? "+0.00;-0.00;0.00" : "+#,0.0;-#,0.0;0.0";
        using var scroll = html.Open("div", ("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", "Monthly returns"));
        using var table = html.Open("table", ("class", "months"));
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            html.Add("th", "Year", ("scope", "col"));
            foreach (var name in Names) html.Add("th", name, ("scope", "col"));
            html.Add("th", "Total", ("scope", "col"));
        }

        using var body = html.Open("tbody");
        foreach (var year in months.GroupBy(m => m.Year))
        {
            using var row = html.Open("tr");
            html.Add("th", year.Key.ToString("0000", CultureInfo.InvariantCulture), ("scope", "row"));
            var byMonth = year.ToDictionary(m => m.Month, m => m.Value);
            for (var month = 1; month <= Names.Length; month++)
            {
                if (byMonth.TryGetValue(month, out var value))
                {
                    html.Add("td", Text(value, format), ("class", Shade(value, strongest)));
                }
                else
                {
                    html.Add("td", Numbers.Unknown, ("class", "unknown"));
                }
            }

            html.Add("td", Text(Compounded(year), format), ("class", "total"));
        }
    }

    private static double Compounded(IEnumerable<MonthlyReturn> months) =>
        months.Aggregate(1.0, (worth, month) => worth * (1 + month.Value)) - 1;

    private static string Text(double value, string format) => (100 * value).ToString(format, CultureInfo.InvariantCulture);

    private static string Shade(double value, double strongest)
    {
        var shade = Math.Ceiling(Shades * Math.Abs(value) / strongest);
        return value == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{(value > 0 ? "gain" : "loss")}-{shade}");
    }
}
