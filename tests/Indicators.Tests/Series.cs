using System.Globalization;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using FsCheck;
using FsCheck.Fluent;

namespace AlgoStack.Indicators.Tests;

/// <summary>Inputs and plain, slow definitions to hold the indicators against.</summary>
internal static class Series
{
    /// <summary>Between 1 and 120 prices from 0.01 to 10,000.</summary>
    public static Arbitrary<double[]> Prices { get; } = Arb.From(
        from count in Gen.Choose(1, 120)
        from prices in Gen.ArrayOf(Gen.Choose(1, 1_000_000).Select(cents => cents / 100.0), count)
        select prices);

    /// <summary>
    /// Bars of a random walk in whole ticks, so that extremes repeat; among them bars without a range, thirty without volume
    /// and forty that do not move at all.
    /// </summary>
    /// <param name="scale">Of the first price, in hundreds.</param>
    public static Bar[] Walk(int count, int seed, double scale = 1, long stepMs = 3_600_000)
    {
        var random = new Random(seed);
        var bars = new Bar[count];
        var last = 10_000;
        for (var i = 0; i < count; i++)
        {
            var isStill = i % 400 is >= 200 and < 240;
            var open = Math.Max(5_000, last + (isStill ? 0 : random.Next(-20, 21)));
            var close = Math.Max(5_000, open + (isStill || i % 17 == 0 ? 0 : random.Next(-80, 81)));
            var reach = isStill || i % 17 == 0 ? 0 : random.Next(0, 40);
            var volume = i % 400 is >= 300 and < 330 ? 0 : random.Next(1, 100_000);
            var (high, low) = (Math.Max(open, close) + reach, Math.Min(open, close) - (reach / 2));
            bars[i] = new Bar((i + 1) * stepMs, open * scale / 100, high * scale / 100, low * scale / 100, close * scale / 100, volume);
            last = close;
        }

        return bars;
    }

    /// <summary>502 daily bars of SPY, 2017 and 2018, in <c>shared/data/indicators</c>.</summary>
    public static Bar[] Spy() => Bars("indicators/bars_daily_spy.csv");

    /// <summary>The bars of a file of <c>shared/data</c>, of one symbol where it has several; a bar of a day closes at its end.</summary>
    public static Bar[] Bars(string file, string symbol = "SPY")
    {
        var lines = File.ReadAllLines(SharedData.Path(file));
        var isDaily = lines[0].StartsWith("date", StringComparison.Ordinal);
        var stepMs = isDaily ? TimeSpan.MillisecondsPerDay : TimeSpan.MillisecondsPerMinute;
        return [.. lines[1..].Select(line => line.Split(',')).Where(cells => cells[1] == symbol).Select(Bar)];

        Bar Bar(string[] cells)
        {
            var start = DateTimeOffset.Parse(cells[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
            var numbers = cells[2..].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray();
            return new Bar(start + stepMs, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        }
    }

    /// <summary>The outputs of an indicator at each bar.</summary>
    public static double[][] Run(IndicatorEntry entry, IReadOnlyDictionary<string, double> values, Bar[] bars, Bar[] others)
    {
        var indicator = entry.Make(values);
        return [.. bars.Select((bar, i) =>
        {
            var outputs = new double[entry.Outputs.Count];
            indicator.Push(bar, others[i], outputs);
            return outputs;
        })];
    }

    public static Arbitrary<int> Lengths { get; } = Arb.From(Gen.Choose(1, 30));

    public static Bar Bar(double high, double low, double close) => new(0, close, high, low, close, 0);

    public static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum / values.Length;
    }

    public static double PopulationDeviation(ReadOnlySpan<double> values)
    {
        var mean = Mean(values);
        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        return Math.Sqrt(squares / values.Length);
    }

    /// <summary>Equal to nine digits, or both NaN; below <paramref name="floor"/> a difference is rounding.</summary>
    public static bool Agree(double actual, double expected, double floor = 0) =>
        double.IsNaN(expected) ? double.IsNaN(actual) : Math.Abs(actual - expected) <= Math.Max(floor, 1e-9 * Math.Abs(expected));
}
