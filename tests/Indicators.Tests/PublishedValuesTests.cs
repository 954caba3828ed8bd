using System.Globalization;
using AlgoStack.Testing;
using FluentAssertions;

namespace AlgoStack.Indicators.Tests;

/// <summary>Against values that others calculated from two years of daily bars, to nine digits.</summary>
public sealed class PublishedValuesTests
{
    [SharedDataFact]
    public void The_simple_average_is_as_published()
    {
        var sma = new Sma(20);
        Compare("sma_20.csv", close => [sma.Push(close)], "sma");
    }

    [SharedDataFact]
    public void The_exponential_average_is_as_published()
    {
        var ema = new Ema(20);
        Compare("ema_20.csv", close => [ema.Push(close)], "ema");
    }

    [SharedDataFact]
    public void Wilders_average_is_as_published()
    {
        var average = new WilderAverage(20);
        Compare("smma_20.csv", close => [average.Push(close)], "smma");
    }

    [SharedDataFact]
    public void The_relative_strength_index_is_as_published()
    {
        var rsi = new Rsi(14);
        Compare("rsi_14.csv", close => [rsi.Push(close), rsi.AverageGain, rsi.AverageLoss], "rsi", "avg_gain", "avg_loss");
    }

    [SharedDataFact]
    public void Bollinger_bands_are_as_published()
    {
        var bands = new BollingerBands(20, 2);
        Compare(
            "bollinger_20_2.csv",
            close =>
            {
                bands.Push(close);
                return [bands.Middle, bands.Deviation, bands.Upper, bands.Lower];
            },
            "sma", "stdev", "upper", "lower");
    }

    private static void Compare(string file, Func<double, double[]> push, params string[] columns)
    {
        var closes = Column("bars_daily_spy.csv", "close");
        var published = columns.Select(column => Column(file, column)).ToArray();
        closes.Should().HaveCount(502);
        published.Should().OnlyContain(column => column.Length == closes.Length && column.Count(v => !double.IsNaN(v)) > 480);

        for (var row = 0; row < closes.Length; row++)
        {
            var values = push(closes[row]);
            for (var i = 0; i < columns.Length; i++)
            {
                Series.Agree(values[i], published[i][row]).Should().BeTrue(
                    "{0} of bar {1} is published as {2:R}, found {3:R}", columns[i], row + 1, published[i][row], values[i]);
            }
        }
    }

    // An empty cell is a value not defined yet.
    private static double[] Column(string file, string column)
    {
        var lines = File.ReadAllLines(SharedData.Path($"indicators/{file}"));
        var at = Array.IndexOf(lines[0].Split(','), column);
        return [.. lines[1..].Select(line => line.Split(',')[at]).Select(cell => cell.Length == 0 ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture))];
    }
}
