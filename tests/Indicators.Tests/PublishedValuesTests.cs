using System.Globalization;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit.Abstractions;

namespace AlgoStack.Indicators.Tests;

/// <summary>Against values that others calculated from two years of daily bars, to nine digits.</summary>
public sealed class PublishedValuesTests(ITestOutputHelper output)
{
    [SharedDataFact]
    public void The_simple_average_is_as_published() => Compare("sma", "sma_20.csv");

    [SharedDataFact]
    public void The_exponential_average_is_as_published() => Compare("ema", "ema_20.csv");

    [SharedDataFact]
    public void Wilders_average_is_as_published() => Compare("wilder", "smma_20.csv");

    [SharedDataFact]
    public void The_relative_strength_index_is_as_published() => Compare("rsi", "rsi_14.csv");

    [SharedDataFact]
    public void Bollinger_bands_are_as_published() => Compare("bollinger", "bollinger_20_2.csv");

    [SharedDataFact]
    public void The_standard_deviation_is_as_published() => Compare("standard-deviation", "bollinger_20_2.csv");

    [SharedDataFact]
    public void The_z_score_is_as_published() => Compare("z-score", "bollinger_20_2.csv");

    [SharedDataFact]
    public void The_stochastic_is_as_published() => Compare("stochastic", "stoch_14_3_3.csv");

    [SharedDataFact]
    public void The_channel_of_Donchian_is_as_published() => Compare("donchian", "donchian_20.csv");

    [SharedDataFact]
    public void The_rate_of_change_is_as_published() => Compare("roc", "roc_20.csv");

    [SharedDataFact]
    public void The_on_balance_volume_is_as_published() => Compare("obv", "obv.csv");

    [SharedDataFact]
    public void The_price_by_volume_of_a_session_is_as_published()
    {
        var session = Series.Bars("bars/minute_intraday_stockindicators.csv")[..391];

        Compare("vwap-session", "vwap_session.csv", session);
    }

    private void Compare(string name, string file) => Compare(name, file, Series.Spy());

    /// <summary>All columns of the file that the indicator has too.</summary>
    private void Compare(string name, string file, Bar[] bars)
    {
        var entry = IndicatorCatalog.Find(name);
        var values = Series.Run(entry, new Dictionary<string, double>(StringComparer.Ordinal), bars, bars);
        var (columns, published) = Columns(file);
        published.Should().HaveSameCount(bars);
        var shared = entry.Outputs.Where(columns.Contains).ToArray();
        shared.Should().NotBeEmpty();

        var worst = 0.0;
        foreach (var column in shared)
        {
            var (at, of) = (Array.IndexOf(columns, column), entry.Outputs.ToList().IndexOf(column));
            published.Count(row => !double.IsNaN(row[at])).Should().BeGreaterThan(380);
            for (var row = 0; row < bars.Length; row++)
            {
                Series.Agree(values[row][of], published[row][at]).Should().BeTrue(
                    "{0} of bar {1} is published as {2:R}, found {3:R}", column, row + 1, published[row][at], values[row][of]);
                if (published[row][at] != 0 && !double.IsNaN(published[row][at]))
                    worst = Math.Max(worst, Math.Abs((values[row][of] / published[row][at]) - 1));
            }
        }

        output.WriteLine($"{name}: {worst:0.0e+0} of {string.Join(", ", shared)}");
    }

    // An empty cell is a value not defined yet.
    private static (string[] Columns, double[][] Rows) Columns(string file)
    {
        var lines = File.ReadAllLines(SharedData.Path($"indicators/{file}"));
        return (
            lines[0].Split(','),
            [.. lines[1..].Select(line => line.Split(',').Select(cell => double.TryParse(cell, CultureInfo.InvariantCulture, out var v) ? v : double.NaN).ToArray())]);
    }
}
