using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

/// <summary>What holds for all of them.</summary>
public sealed class EveryIndicatorTests
{
    private static readonly Dictionary<string, double> Defaults = [];

    // By the day, since of shorter bars the pivot points need as many as a session has.
    private static readonly Bar[] Days = Series.Walk(200, seed: 6, stepMs: TimeSpan.MillisecondsPerDay);
    private static readonly Bar[] OtherDays = Series.Walk(200, seed: 7, stepMs: TimeSpan.MillisecondsPerDay);

    private static readonly Lazy<(Bar[] Bars, Bar[] Others)> HalfAMillion =
        new(() => (Series.Walk(500_000, seed: 8), Series.Walk(500_000, seed: 9)));

    // They start at the first bar and forget nothing.
    private static readonly string[] Totals = ["obv", "accumulation-distribution"];

    // They look at no more than a number of bars, rather than at all with ever less weight.
    private static readonly string[] Windowed =
    [
        "sma", "wma", "hma", "vwap-rolling", "stochastic", "cci", "williams-r", "roc", "ultimate-oscillator", "bollinger", "donchian",
        "aroon", "ichimoku", "efficiency-ratio", "mfi", "chaikin-money-flow", "standard-deviation", "z-score",
        "linear-regression-slope", "correlation", "beta",
    ];

    public static TheoryData<string> Names { get; } = new(IndicatorCatalog.All.Select(entry => entry.Name));

    public static TheoryData<string> NamesOfWindowed { get; } = new(Windowed);

    public static TheoryData<string, string, double> BadInputs { get; } = AllBadInputs();

    [Theory]
    [MemberData(nameof(Names))]
    public void It_has_numbers_from_the_end_of_its_warm_up_on_and_not_all_before(string name)
    {
        var entry = IndicatorCatalog.Find(name);
        var indicator = entry.Make(Defaults);
        var outputs = new double[entry.Outputs.Count];

        for (var i = 0; i < Days.Length; i++)
        {
            indicator.Push(Days[i], OtherDays[i], outputs);

            var isWarm = i + 1 >= indicator.WarmUp;
            indicator.IsWarm.Should().Be(isWarm, "bar {0} of {1}", i + 1, indicator.WarmUp);
            outputs.Any(double.IsNaN).Should().Be(!isWarm, "bar {0} of {1}", i + 1, indicator.WarmUp);
            outputs.Should().NotContain(v => double.IsInfinity(v));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_allocates_nothing_once_it_is_made(string name)
    {
        var entry = IndicatorCatalog.Find(name);
        var indicator = entry.Make(Defaults);
        var outputs = new double[entry.Outputs.Count];
        for (var i = 0; i < Days.Length; i++) indicator.Push(Days[i], OtherDays[i], outputs);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < Days.Length; i++) indicator.Push(Days[i], OtherDays[i], outputs);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(BadInputs))]
    public void What_is_no_number_is_passed_over_as_though_it_had_not_been_pushed(string name, string field, double bad)
    {
        var entry = IndicatorCatalog.Find(name);
        var expected = Series.Run(entry, Defaults, Days, OtherDays);
        var indicator = entry.Make(Defaults);
        var last = Enumerable.Repeat(double.NaN, entry.Outputs.Count).ToArray();
        var outputs = new double[entry.Outputs.Count];

        for (var i = 0; i < Days.Length; i++)
        {
            if (i is 0 or 3 or 4 or 100)
            {
                var (bar, other) = field == "Other" ? (Days[i], OtherDays[i] with { Close = bad }) : (With(Days[i], field, bad), OtherDays[i]);
                indicator.Push(bar, other, outputs);
                outputs.Should().Equal(last, "bar {0} holds {1}", i + 1, bad);
            }

            indicator.Push(Days[i], OtherDays[i], outputs);
            outputs.Should().Equal(expected[i], "bar {0} is the same with and without a bad one before it", i + 1);
            outputs.CopyTo(last, 0);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_reads_what_it_says_it_reads_and_nothing_else(string name)
    {
        var entry = IndicatorCatalog.Find(name);
        var bars = Days.Select(bar => Fields.Where(f => !entry.Reads.HasFlag(f)).Aggregate(bar, (b, f) => With(b, f.ToString(), double.NaN))).ToArray();

        var values = Series.Run(entry, Defaults, bars, OtherDays);

        var expected = Series.Run(entry, Defaults, Days, OtherDays);
        for (var i = 0; i < bars.Length; i++) values[i].Should().Equal(expected[i]);
    }

    [Theory]
    [MemberData(nameof(NamesOfWindowed))]
    public void A_bar_a_billion_times_too_large_leaves_no_trace_in_what_looks_at_a_window(string name)
    {
        var entry = IndicatorCatalog.Find(name);
        var spoilt = Days.ToArray();
        var (o, h, l, c, v) = (Days[90].Open, Days[90].High, Days[90].Low, Days[90].Close, Days[90].Volume);
        spoilt[90] = new Bar(Days[90].CloseMs, o * 1e9, h * 1e9, l * 1e9, c * 1e9, v * 1e9);
        var warmUp = entry.Make(Defaults).WarmUp;

        var values = Series.Run(entry, Defaults, spoilt, OtherDays);

        var expected = Series.Run(entry, Defaults, Days[91..], OtherDays[91..]);
        for (var i = 91 + warmUp; i < Days.Length; i++)
            values[i].Zip(expected[i - 91]).Should().OnlyContain(p => Series.Agree(p.First, p.Second, 1e-9), "bar {0}", i + 1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Half_a_million_bars_leave_no_more_rounding_than_the_last_five_thousand(string name)
    {
        var (bars, others) = HalfAMillion.Value;
        var entry = IndicatorCatalog.Find(name);
        var all = entry.Make(Defaults);
        var fresh = entry.Make(Defaults);
        var (outputs, expected) = (new double[entry.Outputs.Count], new double[entry.Outputs.Count]);
        // A total has to begin where the other one does; that its sum is exact is what is asked of it.
        var start = Totals.Contains(name) ? 0 : bars.Length - 5_000;

        for (var i = 0; i < bars.Length; i++)
        {
            all.Push(bars[i], others[i], outputs);
            if (i >= start) fresh.Push(bars[i], others[i], expected);
        }

        if (Totals.Contains(name)) expected[0] = Total(name, bars);
        outputs.Zip(expected).Should().OnlyContain(p => Series.Agree(p.First, p.Second, 1e-9));
    }

    [Fact]
    public void Lengths_and_widths_that_mean_nothing_are_refused_when_it_is_made()
    {
        Func<object>[] mistakes =
        [
            () => new Ema(0), () => new WilderAverage(0), () => new StandardDeviation(0), () => new EfficiencyRatio(0), () => new Wma(0),
            () => new Dema(0), () => new Tema(0), () => new Trix(0), () => new Hma(1), () => new Kama(0, 2, 30), () => new Kama(10, 0, 30),
            () => new Kama(10, 30, 30), () => new Rsi(0), () => new Stochastic(0, 3, 3), () => new Stochastic(14, 0, 3),
            () => new Stochastic(14, 3, 0), () => new StochasticRsi(0, 14, 3, 3), () => new Macd(26, 12, 9), () => new Macd(0, 12, 9),
            () => new Macd(12, 26, 0), () => new Ppo(26, 26, 9), () => new Cci(0), () => new WilliamsR(0), () => new Roc(0),
            () => new UltimateOscillator(0, 14, 28), () => new UltimateOscillator(14, 14, 28), () => new UltimateOscillator(7, 28, 28),
            () => new BollingerBands(20, 0), () => new Keltner(20, -1, 10), () => new Keltner(20, 2, 0), () => new Donchian(0),
            () => new Atr(0), () => new Dmi(0), () => new Adx(0), () => new Aroon(0), () => new ParabolicSar(0, 0.2),
            () => new ParabolicSar(0.3, 0.2), () => new ParabolicSar(0.02, 1.1), () => new SuperTrend(10, 0), () => new SuperTrend(0, 3),
            () => new Ichimoku(0, 26, 52, 26), () => new Ichimoku(9, 26, 52, 0), () => new Mfi(0), () => new ChaikinMoneyFlow(0),
            () => new RollingVwap(0), () => new ZScore(0), () => new LinearRegressionSlope(1), () => new Correlation(1), () => new Beta(1),
        ];

        foreach (var mistake in mistakes) mistake.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static BarFields[] Fields => [BarFields.Open, BarFields.High, BarFields.Low, BarFields.Close, BarFields.Volume];

    private static Bar With(Bar bar, string field, double value) => field switch
    {
        "Open" => bar with { Open = value },
        "High" => bar with { High = value },
        "Low" => bar with { Low = value },
        "Close" => bar with { Close = value },
        "Volume" => bar with { Volume = value },
        _ => throw new ArgumentOutOfRangeException(nameof(field), field, "No such field."),
    };

    private static double Total(string name, Bar[] bars)
    {
        var total = 0m;
        for (var i = 0; i < bars.Length; i++)
        {
            var bar = bars[i];
            var range = (decimal)bar.High - (decimal)bar.Low;
            if (name == "obv") total += i == 0 ? 0 : Math.Sign(bar.Close - bars[i - 1].Close) * (decimal)bar.Volume;
            else if (range > 0) total += (decimal)bar.Volume * ((2 * (decimal)bar.Close) - (decimal)bar.Low - (decimal)bar.High) / range;
        }

        return (double)total;
    }

    private static TheoryData<string, string, double> AllBadInputs()
    {
        var data = new TheoryData<string, string, double>();
        foreach (var entry in IndicatorCatalog.All)
        {
            foreach (var field in Fields.Where(f => entry.Reads.HasFlag(f)).Select(f => f.ToString()).Concat(entry.IsOfTwo ? ["Other"] : []))
            {
                foreach (var bad in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity]) data.Add(entry.Name, field, bad);
            }
        }

        return data;
    }
}
