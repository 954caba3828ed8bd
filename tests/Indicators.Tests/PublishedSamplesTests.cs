using System.Globalization;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using FluentAssertions;

namespace AlgoStack.Indicators.Tests;

/// <summary>
/// Against single values that the Stock.Indicators project (Apache-2.0) publishes in its tests for the same two years of daily
/// bars, to the digits given. Where it seeds an average in another way, only bars far enough on for that to have worn off.
/// </summary>
public sealed class PublishedSamplesTests
{
    // indicator, its parameters in the catalogue's order, output; then bar (counted from 0) and value, to as many decimals as written.
    private const string Samples = """
        wma 20 wma: 149 235.5253, 501 246.5110
        hma 20 hma: 149 236.0835, 501 235.6972
        dema 20 dema: 249 258.4452, 501 241.1677
        tema 20 tema: 249 258.6208, 501 238.7690
        kama 10,2,30 kama: 9 213.7500, 10 213.7713, 24 214.7423, 149 235.5510, 249 256.0898, 501 240.1138
        efficiency-ratio 10 efficiency: 10 0.2465, 24 0.2136, 149 0.3165, 249 0.3182, 501 0.2214
        macd 12,26,9 macd: 49 1.7203, 249 2.2353, 501 -6.2198
        macd 12,26,9 signal: 49 1.9675, 249 2.3141, 501 -5.8569
        macd 12,26,9 histogram: 49 -0.2472, 249 -0.0789, 501 -0.3629
        stochastic-rsi 14,14,3,3 k: 31 97.7778, 249 27.3094, 501 89.8385
        stochastic-rsi 14,14,3,3 d: 31 99.2593, 152 20.0263, 249 33.2716, 501 73.4176
        cci 20 cci: 501 -52.9946
        williams-r 14 williams_r: 343 -19.8211, 501 -52.0121
        trix 20 trix: 249 0.121781, 501 -0.230742
        ultimate-oscillator 7,14,28 ultimate: 74 51.7770, 249 45.3121, 501 49.5257
        keltner 20,2,10 upper: 485 275.4260, 501 262.1873
        keltner 20,2,10 middle: 485 265.4599, 501 249.3519
        keltner 20,2,10 lower: 485 255.4938, 501 236.5165
        atr 14 atr: 249 1.3381, 501 6.1497
        adx 14 plus_di: 19 21.0361, 29 37.9719, 248 32.3167, 501 17.7565
        adx 14 minus_di: 19 25.0124, 29 14.1658, 248 18.2471, 501 31.1510
        adx 14 adx: 29 19.7949, 248 30.5903, 501 34.2987
        aroon 25 up: 210 100, 293 0, 298 0, 458 0, 501 28
        aroon 25 down: 210 0, 293 40, 298 20, 458 100, 501 88
        parabolic-sar 0.02,0.2 sar: 94 228.3600, 501 229.7662
        supertrend 14,3 supertrend: 249 253.8008, 501 250.7954
        ichimoku 9,26,52,26 conversion: 51 224.465, 249 257.15, 475 265.575, 501 241.26
        ichimoku 9,26,52,26 base: 51 221.94, 249 253.085, 475 263.965, 501 251.505
        ichimoku 9,26,52,26 span_a: 51 214.8325, 249 246.3125, 475 274.9475, 501 264.77
        ichimoku 9,26,52,26 span_b: 249 241.685, 475 274.95, 501 269.82
        mfi 14 mfi: 439 69.0622, 501 39.9494
        mfi 4 mfi: 31 100, 43 0
        chaikin-money-flow 20 cmf: 49 0.350596, 249 -0.040226, 501 -0.123754
        accumulation-distribution - adl: 249 3266400865.74, 501 3439986548.42
        linear-regression-slope 20 slope: 249 0.312406, 482 -0.337015, 501 -1.689143
        heikin-ashi - open: 501 241.3018
        heikin-ashi - high: 501 245.54
        heikin-ashi - low: 501 241.3018
        heikin-ashi - close: 501 244.6525
        """;

    // The same of pivot points, of months: each value is that of the month in which the bar lies.
    private const string SamplesOfMonths = """
        pivot-points 0 pivot: 20 214.5000, 149 233.6400, 250 251.2767, 251 255.1967, 501 266.6767
        pivot-points 0 r1: 20 217.4800, 149 238.1200, 250 257.6033, 251 260.5233, 501 276.6733
        pivot-points 0 r2: 20 220.0000, 149 240.9500, 250 261.2667, 251 264.0267, 501 284.3867
        pivot-points 0 r3: 20 222.9800, 149 245.4300, 250 267.5933, 251 269.3533, 501 294.3833
        pivot-points 0 s1: 20 211.9800, 149 230.8100, 250 247.6133, 251 251.6933, 501 258.9633
        pivot-points 0 s2: 20 209.0000, 149 226.3300, 250 241.2867, 251 246.3667, 501 248.9667
        pivot-points 0 s3: 20 206.4800, 149 223.5000, 250 237.6233, 251 242.8633, 501 241.2533
        """;

    [SharedDataFact]
    public void Values_of_days_are_as_published()
    {
        var bars = Series.Spy();

        foreach (var line in Samples.Split('\n')) Compare(line, bars, bar => bar);
    }

    [SharedDataFact]
    public void Pivot_points_of_months_are_as_published()
    {
        var days = Series.Spy();
        var months = Months(days);

        foreach (var line in SamplesOfMonths.Split('\n'))
            Compare(line, months, day => Array.FindIndex(months, month => Month(month) == Month(days[day])));
    }

    [SharedDataFact]
    public void The_beta_of_Microsoft_over_five_years_of_months_is_the_0_91_that_sites_show()
    {
        var (stock, market) = (Returns("MSFT"), Returns("SPX"));
        var beta = new Beta(60);

        // The last month is not over in the data.
        foreach (var (s, m) in stock.Zip(market).SkipLast(1)) beta.Push(s, m);

        Math.Round(beta.Value, 2).Should().Be(0.91);
    }

    private static double[] Returns(string symbol)
    {
        var months = Months(Series.Bars("bars/daily_stockindicators.csv", symbol));
        return [.. months.Zip(months[1..], (before, now) => (now.Close / before.Close) - 1)];
    }

    private static void Compare(string line, Bar[] bars, Func<int, int> place)
    {
        var (about, samples) = (line.Split(':')[0].Split(' '), line.Split(':')[1].Split(','));
        var entry = IndicatorCatalog.Find(about[0]);
        var parameters = entry.Parameters.Zip(about[1].Split(','), (p, v) => (p.Name, Value: (double)Number(v))).ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        var output = entry.Outputs.ToList().IndexOf(about[2]);
        output.Should().BeGreaterThanOrEqualTo(0, line);
        var values = Series.Run(entry, parameters, bars, bars);

        foreach (var sample in samples.Select(s => s.Trim().Split(' ')))
        {
            var published = Number(sample[1]);
            var value = (decimal)values[place((int)Number(sample[0]))][output];
            Math.Round(value, published.Scale).Should().Be(published, "{0} of bar {1}", about[2], sample[0]);
        }
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static (int Year, int Month) Month(Bar bar) => (bar.CloseTime.AddTicks(-1).Year, bar.CloseTime.AddTicks(-1).Month);

    private static Bar[] Months(Bar[] days) =>
    [
        .. days.GroupBy(Month).Select(month => month.ToArray()).Select(month => new Bar(
            month[^1].CloseMs, month[0].Open, month.Max(d => d.High), month.Min(d => d.Low), month[^1].Close, month.Sum(d => d.Volume))),
    ];
}
