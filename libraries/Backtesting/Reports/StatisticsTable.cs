namespace AlgoStack.Backtesting.Reports;

/// <summary>Every statistic with its meaning, a column a currency.</summary>
internal static class StatisticsTable
{
    private static readonly string[] Figures =
        ["totalReturn", "annualReturn", "sharpe", "maxDrawdown", "winRate", "profitFactor", "trades", "finalEquity"];

    /// <summary>The few to look at first.</summary>
    public static void WriteFigures(Markup html, CurrencyResult currency)
    {
        using var section = html.Open("section", ("id", $"figures-{currency.Currency}"), ("class", "plain"));
        html.Add("h2", $"Key figures in {currency.Currency}");
        using var list = html.Open("dl", ("class", "tiles"));
        foreach (var statistic in Figures.Select(StatisticGroup.Find))
        {
            using var tile = html.Open("div");
            html.Add("dt", statistic.Name, ("title", statistic.Meaning));
            html.Add("dd", statistic.Text(currency));
        }
    }

    public static void Write(Markup html, IReadOnlyList<CurrencyResult> currencies)
    {
        using var section = html.Open("section", ("id", "statistics"));
        html.Add("h2", "Statistics");
        using var groups = html.Open("div", ("class", "groups"));
        foreach (var group in StatisticGroup.All) WriteGroup(html, group, currencies);
    }

    private static void WriteGroup(Markup html, StatisticGroup group, IReadOnlyList<CurrencyResult> currencies)
    {
        using var table = html.Open("table", ("class", "statistics"));
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            html.Add("th", group.Name, ("scope", "col"));
            foreach (var currency in currencies) html.Add("th", currency.Currency, ("scope", "col"));
        }

        using var body = html.Open("tbody");
        foreach (var statistic in group.Statistics)
        {
            using var row = html.Open("tr");
            using (html.Open("th", ("scope", "row")))
            {
                html.Text(statistic.Name);
                html.Add("small", statistic.Meaning);
            }

            foreach (var currency in currencies) html.Add("td", statistic.Text(currency));
        }
    }
}
