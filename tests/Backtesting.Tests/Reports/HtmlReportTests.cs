using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Trading.Orders;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Reports;

public sealed partial class HtmlReportTests
{
    private const string Unknown = "–";

    private static readonly (string Word, string Ground)[] Words =
        [("text", "page"), ("text", "panel"), ("dim", "page"), ("dim", "panel"), ("up", "panel"), ("down", "panel")];

    private static readonly ParameterSurface Surface = new(
        "fast", [5, 10, 20], "slow", [20, 40], new double?[,] { { 0.5, -0.25, null }, { 1.75, 0.125, 0.75 } }, "Sharpe");

    [Fact]
    public void A_page_has_every_section()
    {
        Page.Of(Samples.IndexResult, Samples.Index, Surface).Headings.Should().Equal(
            "Key figures in USD",
            "What ran",
            "Equity in USD",
            "Drawdown in USD",
            "Monthly returns in USD, %",
            "Price of SP500-2000.SIM and trades",
            "Results of trades",
            "Monte Carlo in USD",
            "Sharpe by fast and slow",
            "Statistics",
            "Trades");
    }

    [Fact]
    public void It_says_what_ran_over_what_and_by_which_models()
    {
        var result = Samples.IndexResult;
        var facts = Page.Of(result).In("run", "dd").Select(d => d.Value).ToList();

        facts.Should().Contain(result.Strategies.Select(s => s.Parameters));
        facts.Should().Contain(result.Models.Values);
        facts.Should().Contain([result.Data.Hash, result.OrderListHash, "SP500-2000.SIM"]);
    }

    [Fact]
    public void It_needs_nothing_from_elsewhere()
    {
        var page = Page.Of(Samples.IndexResult, Samples.Index, Surface);

        page.Text.Should().NotContain("http:").And.NotContain("https:").And.NotContain("url(").And.NotContain("@import");
        page.Root.DescendantsAndSelf().Attributes().Where(a => a.Name.LocalName is "src" or "srcset" or "action").Should().BeEmpty();
        page.Root.Descendants().Attributes("href").Select(a => a.Value).Should().OnlyContain(href => href.StartsWith('#') || href == "data:,");
    }

    [Fact]
    public void Equal_results_make_equal_pages()
    {
        Page.Of(Samples.IndexResult, Samples.Index).Text.Should().Be(Page.Of(Samples.IndexResult, Samples.Index).Text);
    }

    [Fact]
    public void Figures_are_those_of_the_result()
    {
        var statistics = Samples.IndexResult.Currencies.Single().Statistics;
        var tiles = Page.Of(Samples.IndexResult).In("figures-USD", "div").ToDictionary(
            d => d.Element("dt")!.Value, d => d.Element("dd")!.Value, StringComparer.Ordinal);

        tiles["Total return"].Should().Be(Invariant($"{statistics.TotalReturn * 100:0.00} %"));
        tiles["Sharpe"].Should().Be(Invariant($"{statistics.Sharpe:0.00}"));
        tiles["Max drawdown"].Should().Be(Invariant($"{statistics.MaxDrawdown * 100:0.00} %"));
        tiles["Final equity"].Should().Be(Invariant($"{statistics.FinalEquity:#,0.00}"));
        tiles["Trades"].Should().Be(Invariant($"{statistics.Trades}"));
    }

    [Fact]
    public void The_table_of_months_has_each_month_and_each_year_compounded()
    {
        var days = Samples.IndexResult.Currencies.Single().Days!;
        var worth = new Dictionary<(int Year, int Month), double>();
        for (var i = 0; i < days.Count; i++)
        {
            var (year, month) = (days.Days[i].Year, days.Days[i].Month);
            worth[(year, month)] = worth.GetValueOrDefault((year, month), 1) * (1 + days.Values[i]);
            worth[(year, 13)] = worth.GetValueOrDefault((year, 13), 1) * (1 + days.Values[i]);
        }

        var rows = Page.Of(Samples.IndexResult).In("months-USD", "tr").Skip(1).Select(r => r.Elements().Select(c => c.Value).ToList());

        foreach (var row in rows)
        {
            var year = int.Parse(row[0], CultureInfo.InvariantCulture);
            row.Should().HaveCount(14);
            for (var month = 1; month <= 13; month++)
            {
                row[month].Should().Be(
                    worth.TryGetValue((year, month), out var value) ? Signed((value - 1) * 100) : Unknown, $"of {year}-{month}");
            }
        }

        static string Signed(double percent) => percent.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
    }

    [Fact]
    public void Trades_stand_on_the_price_where_they_were_opened_and_closed()
    {
        var (result, first, last) = (Samples.IndexResult, Samples.IndexResult.Data.FirstMs, Samples.IndexResult.Data.LastMs);
        var page = Page.Of(result, Samples.Index);

        page.In("price-0", "use", "long").Select(u => u.Attribute("x")!.Value)
            .Should().Equal(result.Trades.OrderBy(t => t.OpenedMs).Select(t => Share(t.OpenedMs)));
        page.In("price-0", "use", "exit").Select(u => u.Attribute("x")!.Value)
            .Should().BeEquivalentTo(result.Trades.Select(t => Share(t.ClosedMs)));
        page.In("price-0", "line", "lost").Should().HaveCount(result.Trades.Count(t => t.ProfitAndLoss < 0));

        string Share(long ms) => Invariant($"{100.0 * (ms - first) / (last - first):0.##}%");
    }

    [Fact]
    public void Bars_of_the_histogram_count_every_trade_once()
    {
        var said = Page.Of(Samples.IndexResult).In("distribution", "svg", "chart").Single().Attribute("data-say")!.Value.Split('|');
        var counts = said.Select(text => int.Parse(Count().Match(text).Groups["count"].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)).ToList();
        var losses = said.TakeWhile(
            text => text.Contains("to -", StringComparison.Ordinal) || text.Contains("to 0.00", StringComparison.Ordinal));

        counts.Sum().Should().Be(Samples.IndexResult.Trades.Count);
        counts.Take(losses.Count()).Sum().Should().Be(Samples.IndexResult.Trades.Count(t => t.ProfitAndLoss < 0));
    }

    [Fact]
    public void Names_that_hold_markup_are_shown_as_they_are()
    {
        const string Name = "</title><script>alert('x')</script> & \"bars\" ]]> --> ünï📈.csv";
        var result = Samples.IndexResult with
        {
            Data = Samples.IndexResult.Data with { Name = Name + "\u0001\ud800" },
            Strategies = [new StrategySetting("<img src=x onerror=alert(1)>", "fast=1 &lt; slow=2", ["A.SIM"])],
            Models = new Dictionary<string, string>(StringComparer.Ordinal) { ["slippage"] = "<b>none</b>" },
            Currencies = [Samples.IndexResult.Currencies[0] with { Currency = "\"><i>" }],
        };
        var page = Page.Of(result, Samples.Index, Surface with { XName = "<x>" });

        page.All("h1").Single().Value.Should().Be(Name + "\ufffd\ufffd");
        page.All("title").First().Value.Should().StartWith("Backtest of " + Name);
        page.All("script").Should().ContainSingle();
        page.All("img").Concat(page.All("i")).Concat(page.All("b")).Concat(page.All("x")).Should().BeEmpty();
        page.In("run", "dt").Select(d => d.Value).Should().Contain("<img src=x onerror=alert(1)>");
        page.In("run", "dd").Select(d => d.Value).Should().Contain(["<b>none</b>", "fast=1 &lt; slow=2 on A.SIM"]);
    }

    [Fact]
    public void What_cannot_be_known_of_one_bar_is_a_dash_and_no_zero()
    {
        var bars = Samples.Waves(1, "X.SIM");
        var result = Samples.Run(bars, "one bar");
        var page = Page.Of(result, bars);

        var values = page.In("statistics", "tbody").SelectMany(b => b.Elements("tr"))
            .ToDictionary(
                r => r.Element("th")!.Nodes().OfType<XText>().First().Value, r => r.Element("td")!.Value, StringComparer.Ordinal);
        values.Where(v => v.Value == Unknown).Select(v => v.Key).Should().Contain(["Annual return", "Sharpe", "Win rate", "Profit factor", "Beta"]);
        values["Total return"].Should().Be("0.00 %");
        values["Trades"].Should().Be("0");
        page.Section("trades").Value.Should().Contain("No trade was closed.");
        page.Section("price-0").Value.Should().Contain("No trade was closed.");
    }

    [Theory]
    [InlineData(OrderSide.Buy, "long", "+")]
    [InlineData(OrderSide.Sell, "short", "-")]
    public void One_trade_is_one_line_and_one_mark(OrderSide side, string word, string sign)
    {
        var bars = Samples.Waves(48, "X.SIM");
        var result = Samples.Run(bars, "one trade") with { Trades = [Samples.Trade("X.SIM", 10.10m, 11.00m, side)] };
        var page = Page.Of(result, bars);

        var cells = page.In("trades", "tbody").Single().Elements("tr").Single().Elements().Select(c => c.Value).ToList();
        cells.Take(7).Should().Equal("X.SIM", word, "3", "10.1", "11", "2024-01-01 00:00", "2024-01-01 23:59");
        cells[^1].Should().StartWith(sign);
        page.In("price-0", "use", word).Should().ContainSingle();
        page.In("distribution", "rect").Should().ContainSingle();
    }

    [Fact]
    public void Money_of_two_currencies_stays_apart()
    {
        var bars = Samples.Waves(400, "X.SIM", "ETHBTC.SIM");
        var result = Samples.Run(bars, "two currencies");
        var page = Page.Of(result, bars);

        result.Currencies.Should().HaveCount(2);
        foreach (var currency in result.Currencies)
            page.Headings.Should().Contain([$"Equity in {currency.Currency}", $"Drawdown in {currency.Currency}", $"Monte Carlo in {currency.Currency}"]);
        page.In("statistics", "tbody").First().Elements("tr").Should().OnlyContain(row => row.Elements("td").Count() == 2);
        page.Headings.Should().Contain(["Price of X.SIM and trades", "Price of ETHBTC.SIM and trades"]);
    }

    [Fact]
    public void A_debt_has_no_months_and_no_paths()
    {
        var currency = Samples.IndexResult.Currencies[0] with { Days = null, Holding = null, Curve = [new CurvePoint(Samples.StartMs, -5)] };
        var page = Page.Of(Samples.IndexResult with { Currencies = [currency] });

        page.Section("months-USD").Value.Should().Contain("No day has a return");
        page.Section("monte-carlo-USD").Value.Should().Contain("no daily returns");
    }

    [Fact]
    public void A_million_points_a_million_bars_and_as_many_trades_are_a_page_of_less_than_3_MB()
    {
        const int Many = 1_000_000;
        var hours = Samples.Waves(Many, "X.SIM");
        var curve = Enumerable.Range(0, Many)
            .Select(i => new CurvePoint(hours.CloseMs[i], i == 654_321 ? 500_000 : hours.Close[i] * 1_000)).ToList();
        var trade = Samples.Trade("X.SIM", 10, 11);
        var trades = Enumerable.Range(0, Many)
            .Select(i => trade with { OpenedMs = hours.CloseMs[i], ClosedMs = hours.CloseMs[i] + 1, ProfitAndLoss = i % 97 }).ToList();
        var sample = Samples.IndexResult;
        var page = Page.Of(
            sample with
            {
                Data = sample.Data with { FirstMs = hours.CloseMs[0], LastMs = hours.CloseMs[^1] },
                Currencies = [sample.Currencies[0] with { Curve = curve }],
                Trades = trades,
            },
            hours,
            new ParameterSurface("a", Count(400), "b", Count(300), new double?[300, 400], "Sharpe") with { Values = Filled(300, 400) });

        page.Text.Length.Should().BeLessThan(3_000_000);
        page.Section("price-0").Value.Should().Contain("999,850 are not.");
        page.In("trades", "tbody").Single().Elements("tr").Should().HaveCount(500);
        page.Section("trades").Value.Should().Contain("999,500 more");
        page.In("surface", "rect").Should().HaveCountLessThan(3_000);
        var highest = Points(page.In("equity-USD", "path", "equity").Single()).MinBy(p => p.Y);
        highest.X.Should().BeApproximately(654.3, 0.2, "one point of a million stands out and is still there");

        static double[] Count(int count) => [.. Enumerable.Range(1, count).Select(i => (double)i)];
    }

    [Fact]
    public void A_surface_shows_each_value_and_the_best()
    {
        var page = Page.Of(Samples.IndexResult, surface: Surface);

        page.In("surface", "text", "value").Select(t => t.Value).Should().Equal("0.50", "-0.25", Unknown, "1.75 ●", "0.13", "0.75");
        page.In("surface", "rect", "unknown").Should().ContainSingle();
        page.In("surface", "tbody").Single().Elements("tr").First().Elements().Select(e => e.Value).Should().Equal("1", "5", "40", "1.75");
    }

    [Fact]
    public void It_can_be_read_without_seeing_it()
    {
        var page = Page.Of(Samples.IndexResult, Samples.Index, Surface);

        page.Root.Attribute("lang")!.Value.Should().Be("en");
        page.All("title").First().Value.Should().NotBeEmpty();
        page.All("main").Should().ContainSingle();
        page.All("svg", "chart").Should().NotBeEmpty().And.OnlyContain(
            svg => svg.Attribute("role")!.Value == "img" && svg.Attribute("aria-label")!.Value != "");
        page.All("th").Should().OnlyContain(th => th.Attribute("scope") != null);
        page.Root.Descendants().Attributes("id").Select(a => a.Value).Should().OnlyHaveUniqueItems();
        var levels = page.Root.Descendants().Where(e => e.Name.LocalName is "h1" or "h2" or "h3").Select(e => e.Name.LocalName[1] - '0').ToList();
        levels[0].Should().Be(1);
        levels.Zip(levels.Skip(1)).Should().OnlyContain(pair => pair.Second > 1 && pair.Second <= pair.First + 1);
    }

    [Fact]
    public void Words_are_apart_from_their_ground_in_light_and_in_dark()
    {
        var style = Page.Of(Samples.IndexResult).All("style").Single().Value;
        var themes = Theme().Matches(style)
            .Select(m => Colour().Matches(m.Value).ToDictionary(c => c.Groups["name"].Value, c => c.Groups["hex"].Value, StringComparer.Ordinal)).ToList();

        var mixes = Mix().Matches(style).ToList();
        themes.Should().HaveCount(2);
        mixes.Should().NotBeEmpty();
        foreach (var theme in themes)
        {
            foreach (var (word, ground) in Words)
                Contrast(Rgb(theme[word]), Rgb(theme[ground])).Should().BeGreaterThanOrEqualTo(4.5, $"of {word} on {ground}");
            foreach (var mix in mixes)
            {
                var share = double.Parse(mix.Groups["share"].Value, CultureInfo.InvariantCulture) / 100;
                var ground = Rgb(theme[mix.Groups["colour"].Value]).Zip(Rgb(theme["panel"]), (a, b) => (a * share) + (b * (1 - share))).ToArray();
                Contrast(Rgb(theme["text"]), ground).Should().BeGreaterThanOrEqualTo(4.5, $"of text on {mix.Groups["name"].Value}");
            }
        }

        // Web Content Accessibility Guidelines 2.2, contrast ratio.
        static double Contrast(double[] a, double[] b) =>
            (Math.Max(Luminance(a), Luminance(b)) + 0.05) / (Math.Min(Luminance(a), Luminance(b)) + 0.05);
        static double Luminance(double[] rgb) => (0.2126 * Linear(rgb[0])) + (0.7152 * Linear(rgb[1])) + (0.0722 * Linear(rgb[2]));
        static double Linear(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        static double[] Rgb(string hex)
        {
            if (hex.Length == 3) hex = string.Concat(hex.Select(c => $"{c}{c}"));
            return [.. Convert.FromHexString(hex).Select(b => b / 255.0)];
        }
    }

    private static double?[,] Filled(int rows, int columns)
    {
        var values = new double?[rows, columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++) values[row, column] = row - column;
        }

        return values;
    }

    private static IEnumerable<(double X, double Y)> Points(XElement path) =>
        path.Attribute("d")!.Value.Split('M', 'L').Skip(1).Select(p => p.Split(' ')).Select(p => (
            double.Parse(p[0], CultureInfo.InvariantCulture), double.Parse(p[1], CultureInfo.InvariantCulture)));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(@"(?<count>[0-9,]+) trades?$", RegexOptions.None, 1000)]
    private static partial Regex Count();

    [GeneratedRegex(@":root \{[^}]*\}", RegexOptions.None, 1000)]
    private static partial Regex Theme();

    [GeneratedRegex("--(?<name>[a-z]+): #(?<hex>[0-9a-f]{3,6});", RegexOptions.None, 1000)]
    private static partial Regex Colour();

    [GeneratedRegex(@"\.(?<name>[a-z]+-[0-9]) \{[^}]*color-mix\(in srgb, var\(--(?<colour>[a-z]+)\) (?<share>[0-9]+)%, var\(--panel\)\)", RegexOptions.None, 1000)]
    private static partial Regex Mix();
}
