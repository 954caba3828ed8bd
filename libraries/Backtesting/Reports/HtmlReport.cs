using System.Reflection;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtesting.Reports;

/// <summary>
/// A result as one page that needs nothing else: no network, no font, charts drawn in place. It is HTML that parses as XML, and
/// stays below 3 MB however long the run was.
/// </summary>
public static class HtmlReport
{
    /// <param name="output">Text that is to be stored as UTF-8.</param>
    /// <param name="bars">Those of the run, for prices and the curve of holding; without them neither is drawn.</param>
    /// <param name="surface">Of the sweep that the run came from, if it came from one.</param>
    public static void Write(TextWriter output, BacktestResult result, BarSeries? bars = null, ParameterSurface? surface = null)
    {
        using var html = new Markup(output);
        using var root = html.Open("html", ("lang", "en"));
        WriteHead(html, result);
        using var body = html.Open("body");
        WriteMarks(html);
        using (html.Open("main"))
        {
            RunFacts.WriteTitle(html, result);
            foreach (var currency in result.Currencies) StatisticsTable.WriteFigures(html, currency);
            RunFacts.Write(html, result);
            foreach (var currency in result.Currencies)
            {
                EquityCharts.WriteEquity(html, result.Data, currency, bars);
                EquityCharts.WriteDrawdown(html, result.Data, currency);
                MonthsTable.Write(html, currency);
            }

            if (bars is not null) PriceCharts.Write(html, result, bars);
            TradeHistogram.Write(html, result.Trades);
            foreach (var currency in result.Currencies) MonteCarloTable.Write(html, currency);
            if (surface is not null) SurfaceMap.Write(html, surface);
            StatisticsTable.Write(html, result.Currencies);
            TradesTable.Write(html, result.Trades);
        }

        using (html.Open("script")) html.Code(Resource("report.js"));
    }

    private static void WriteHead(Markup html, BacktestResult result)
    {
        using var head = html.Open("head");
        html.Add("meta", ("charset", "utf-8"));
        html.Add("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
        html.Add("meta", ("name", "color-scheme"), ("content", "light dark"));
        html.Add(
            "meta",
            ("http-equiv", "Content-Security-Policy"),
            ("content", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"));
        html.Add("link", ("rel", "icon"), ("href", "data:,"));
        html.Add("title", $"Backtest of {result.Data.Name}");
        using (html.Open("style")) html.Code(Resource("report.css"));
    }

    /// <summary>The shapes that charts use to mark a trade.</summary>
    private static void WriteMarks(Markup html)
    {
        using var marks = html.Open("svg", ("class", "marks"), ("aria-hidden", "true"), ("width", "0"), ("height", "0"));
        using var definitions = html.Open("defs");
        html.Add("path", ("id", "long"), ("d", "M0 -5L5 4L-5 4Z"));
        html.Add("path", ("id", "short"), ("d", "M0 5L5 -4L-5 -4Z"));
        html.Add("circle", ("id", "exit"), ("r", "2.75"));
    }

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
