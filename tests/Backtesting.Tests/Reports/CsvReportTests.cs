using System.Globalization;
using AlgoStack.Backtesting.Reports;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Reports;

public sealed class CsvReportTests
{
    [Fact]
    public void A_trade_is_a_line_with_every_digit()
    {
        var trade = Samples.Trade("X.SIM", 10.10m, 11.00m) with { Quantity = 0.00000001m, ProfitAndLoss = -79_228_162_514_264.33759354395m };

        Text(CsvReport.WriteTrades, Samples.IndexResult with { Trades = [trade] }).Should().Be(
            "instrument,side,quantity,entryPrice,exitPrice,commission,profitAndLoss,opened,closed\r\n"
            + "X.SIM,Buy,0.00000001,10.10,11.00,0.05,-79228162514264.33759354395,2024-01-01T00:00:00.000Z,2024-01-01T23:59:59.999Z\r\n");
    }

    [Fact]
    public void All_trades_are_there_however_many()
    {
        var trade = Samples.Trade("X.SIM", 10, 11);

        Rows(CsvReport.WriteTrades, Samples.IndexResult with { Trades = [.. Enumerable.Repeat(trade, 1_234)] }).Should().HaveCount(1_234);
    }

    [Fact]
    public void The_curve_reads_back_to_the_bit()
    {
        var curve = Samples.IndexResult.Currencies.Single().Curve;

        Rows(CsvReport.WriteEquity, Samples.IndexResult)
            .Select(row => (DateTimeOffset.Parse(row[0], CultureInfo.InvariantCulture), row[1], Number(row[2])))
            .Should().Equal(curve.Select(p => (DateTimeOffset.FromUnixTimeMilliseconds(p.AtMs), "USD", p.Equity)));
    }

    [Fact]
    public void Daily_returns_read_back_to_the_bit()
    {
        var days = Samples.IndexResult.Currencies.Single().Days!;

        var rows = Rows(CsvReport.WriteDailyReturns, Samples.IndexResult);

        rows.Select(row => DateOnly.ParseExact(row[0], "yyyy-MM-dd", CultureInfo.InvariantCulture)).Should().Equal(days.Days.ToArray());
        rows.Select(row => Number(row[2])).Should().Equal(days.Values.ToArray());
    }

    [Fact]
    public void Every_statistic_of_a_result_is_a_line()
    {
        var currency = Samples.IndexResult.Currencies.Single();
        var expected = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var part in (object[])[currency.Statistics, currency.Statistics.Risk, currency.Statistics.Activity, currency.Holding!])
        {
            foreach (var property in part.GetType().GetProperties().Where(p => p.Name is not ("Risk" or "Activity")))
                expected[char.ToLowerInvariant(property.Name[0]) + property.Name[1..]] = property.GetValue(part);
        }

        expected.Remove("averageHolding", out var holding);
        expected["averageHoldingDays"] = ((TimeSpan)holding!).TotalDays;
        expected.Remove("days", out var days);
        expected["benchmarkDays"] = days;

        Rows(CsvReport.WriteStatistics, Samples.IndexResult).ToDictionary(row => row[1], row => row[2], StringComparer.Ordinal)
            .Should().BeEquivalentTo(expected.ToDictionary(
                e => e.Key, e => string.Create(CultureInfo.InvariantCulture, $"{e.Value}"), StringComparer.Ordinal));
    }

    [Fact]
    public void What_cannot_be_known_is_empty()
    {
        var rows = Rows(CsvReport.WriteStatistics, Samples.Run(Samples.Waves(1, "X.SIM"), "one bar"));

        rows.Single(row => row[1] == "sharpe")[2].Should().BeEmpty();
        rows.Single(row => row[1] == "trades")[2].Should().Be("0");
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\tUSD", "'\tUSD")]
    [InlineData("=\"a\",1", "\"'=\"\"a\"\",1\"")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("USD", "USD")]
    public void A_text_is_no_formula_and_ends_where_it_ends(string currency, string field)
    {
        var result = Samples.IndexResult with
        {
            Currencies = [Samples.IndexResult.Currencies[0] with { Currency = currency, Curve = [new CurvePoint(Samples.StartMs, -1.5)] }],
        };

        Text(CsvReport.WriteEquity, result).Should().Be($"time,currency,equity\r\n2024-01-01T00:00:00.000Z,{field},-1.5\r\n");
    }

    [Fact]
    public void An_instrument_that_begins_with_a_sign_is_no_formula()
    {
        var result = Samples.IndexResult with { Trades = [Samples.Trade("-SPY.SIM", 2, 1)] };

        Rows(CsvReport.WriteTrades, result).Single().Should().StartWith(["'-SPY.SIM"]).And.Contain("-3.05");
    }

    [Fact]
    public void A_folder_gets_a_file_of_each()
    {
        var folder = Directory.CreateTempSubdirectory("algostack-report-").FullName;
        try
        {
            CsvReport.Write(Path.Combine(folder, "new"), Samples.IndexResult);

            File.ReadAllText(Path.Combine(folder, "new", "trades.csv")).Should().Be(Text(CsvReport.WriteTrades, Samples.IndexResult));
            File.ReadAllText(Path.Combine(folder, "new", "equity.csv")).Should().Be(Text(CsvReport.WriteEquity, Samples.IndexResult));
            File.ReadAllText(Path.Combine(folder, "new", "daily-returns.csv")).Should().Be(Text(CsvReport.WriteDailyReturns, Samples.IndexResult));
            File.ReadAllText(Path.Combine(folder, "new", "statistics.csv")).Should().Be(Text(CsvReport.WriteStatistics, Samples.IndexResult));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Text(Action<TextWriter, BacktestResult> write, BacktestResult result)
    {
        using var text = new StringWriter();
        write(text, result);
        return text.ToString();
    }

    /// <summary>Of a table in which nothing is quoted.</summary>
    private static List<string[]> Rows(Action<TextWriter, BacktestResult> write, BacktestResult result) =>
        [.. Text(write, result).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(','))];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
