using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using static AlgoStack.Trading.MarketData.BarFields;
using static AlgoStack.Trading.Parameters.Parameter;

namespace AlgoStack.Indicators;

/// <summary>
/// The one list of indicators there are, by families. It allocates and calls through delegates; a strategy holds the structs.
/// </summary>
public static class IndicatorCatalog
{
    private const int Longest = 10_000;
    private const int MinutesOfDay = 1_440;

    private const BarFields Range = High | Low;
    private const BarFields Prices = Range | Close;

    public static IReadOnlyList<IndicatorEntry> All { get; } =
        [.. Averages(), .. Oscillators(), .. Bands(), .. Trends(), .. Volumes(), .. Statistics()];

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static IndicatorEntry Find(string name) =>
        All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new ArgumentException(
            $"Indicator: expected one of {string.Join(", ", All.Select(e => e.Name))}, found '{name}'.", paramName: null);

    private static IEnumerable<IndicatorEntry> Averages() =>
    [
        new IndicatorEntry<Sma>(
            "sma", "mean of the last closes", Close, [Length(20)], ["sma"],
            p => new Sma((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<Ema>(
            "ema", "exponential average of the close", Close, [Length(20)], ["ema"],
            p => new Ema((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<Wma>(
            "wma", "linearly weighted average of the last closes", Close, [Length(20)], ["wma"],
            p => new Wma((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<WilderAverage>(
            "wilder", "Wilder's average of the close", Close, [Length(20)], ["smma"],
            p => new WilderAverage((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<Dema>(
            "dema", "double exponential average of the close", Close, [Length(20)], ["dema"],
            p => new Dema((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<Tema>(
            "tema", "triple exponential average of the close", Close, [Length(20)], ["tema"],
            p => new Tema((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<Hma>(
            "hma", "Hull's average of the close", Close, [Whole("length", 2, Longest, 20, "closes that count")], ["hma"],
            p => new Hma((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<Kama>(
            "kama", "Kaufman's adaptive average of the close", Close,
            [
                Length(10),
                Whole("fast", 1, Longest, 2, "length on a straight line; less than slow"),
                Whole("slow", 2, Longest, 30, "length where the price gets nowhere"),
            ],
            ["kama"],
            p => new Kama((int)p[0], (int)p[1], (int)p[2]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<SessionVwap>(
            "vwap-session", "price by volume since the session began", Time | Prices | Volume, [SessionStart()], ["vwap"],
            p => new SessionVwap(TimeSpan.FromMinutes(p[0])), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
        new IndicatorEntry<RollingVwap>(
            "vwap-rolling", "price by volume of the last bars", Prices | Volume, [Length(20)], ["vwap"],
            p => new RollingVwap((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
        new IndicatorEntry<HeikinAshi>(
            "heikin-ashi", "bars of averages", Open | Prices, [], ["open", "high", "low", "close"],
            _ => new HeikinAshi(),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar);
                (o[0], o[1], o[2], o[3]) = (i.Open, i.High, i.Low, i.Close);
            }),
    ];

    private static IEnumerable<IndicatorEntry> Oscillators() =>
    [
        new IndicatorEntry<Rsi>(
            "rsi", "share of gains in all movement", Close, [Length(14)], ["rsi", "avg_gain", "avg_loss"],
            p => new Rsi((int)p[0]),
            (ref i, in bar, in _, o) => (o[0], o[1], o[2]) = (i.Push(bar.Close), i.AverageGain, i.AverageLoss)),
        new IndicatorEntry<Stochastic>(
            "stochastic", "where the close lies in the range of the last bars", Prices,
            [Length(14), Smoothing(3), Signal(3)], ["raw_k", "k", "d"],
            p => new Stochastic((int)p[0], (int)p[1], (int)p[2]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar);
                (o[0], o[1], o[2]) = (i.Raw, i.K, i.D);
            }),
        new IndicatorEntry<StochasticRsi>(
            "stochastic-rsi", "where the RSI lies in its own range", Close,
            [Whole("rsi", 1, Longest, 14, "length of the RSI"), Length(14), Smoothing(3), Signal(3)], ["raw_k", "k", "d"],
            p => new StochasticRsi((int)p[0], (int)p[1], (int)p[2], (int)p[3]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar.Close);
                (o[0], o[1], o[2]) = (i.Raw, i.K, i.D);
            }),
        new IndicatorEntry<Macd>(
            "macd", "fast average of the close less the slow one", Close,
            [Fast(12), Slow(26), Signal(9)], ["macd", "signal", "histogram"],
            p => new Macd((int)p[0], (int)p[1], (int)p[2]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar.Close);
                (o[0], o[1], o[2]) = (i.Line, i.Signal, i.Histogram);
            }),
        new IndicatorEntry<Ppo>(
            "ppo", "MACD in percent of the slow average", Close, [Fast(12), Slow(26), Signal(9)], ["ppo", "signal", "histogram"],
            p => new Ppo((int)p[0], (int)p[1], (int)p[2]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar.Close);
                (o[0], o[1], o[2]) = (i.Line, i.Signal, i.Histogram);
            }),
        new IndicatorEntry<Cci>(
            "cci", "distance of the typical price from its mean", Prices, [Length(20)], ["cci"],
            p => new Cci((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
        new IndicatorEntry<WilliamsR>(
            "williams-r", "how far the close is below the highest high", Prices, [Length(14)], ["williams_r"],
            p => new WilliamsR((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
        new IndicatorEntry<Roc>(
            "roc", "change of the close over a number of bars", Close, [Length(20)], ["roc", "momentum"],
            p => new Roc((int)p[0]), (ref i, in bar, in _, o) => (o[0], o[1]) = (i.Push(bar.Close), i.Momentum)),
        new IndicatorEntry<Trix>(
            "trix", "change of the triple exponential average", Close, [Length(15)], ["trix"],
            p => new Trix((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<UltimateOscillator>(
            "ultimate-oscillator", "share of the true range below the close, over three lengths", Prices,
            [
                Whole("short", 1, Longest, 7, "length that weighs 4"),
                Whole("medium", 2, Longest, 14, "length that weighs 2"),
                Whole("long", 3, Longest, 28, "length that weighs 1"),
            ],
            ["ultimate"],
            p => new UltimateOscillator((int)p[0], (int)p[1], (int)p[2]), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
    ];

    private static IEnumerable<IndicatorEntry> Bands() =>
    [
        new IndicatorEntry<BollingerBands>(
            "bollinger", "bands of standard deviations around the mean", Close,
            [Length(20), Width(2, "standard deviations")], ["sma", "stdev", "upper", "lower", "width", "percent_b"],
            p => new BollingerBands((int)p[0], p[1]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar.Close);
                (o[0], o[1], o[2], o[3], o[4], o[5]) = (i.Middle, i.Deviation, i.Upper, i.Lower, i.Width, i.PercentB);
            }),
        new IndicatorEntry<Keltner>(
            "keltner", "bands of average true ranges around the exponential average", Prices,
            [Length(20), Width(2, "average true ranges"), Whole("range", 1, Longest, 10, "length of the average true range")],
            ["middle", "upper", "lower"],
            p => new Keltner((int)p[0], p[1], (int)p[2]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar);
                (o[0], o[1], o[2]) = (i.Middle, i.Upper, i.Lower);
            }),
        new IndicatorEntry<Donchian>(
            "donchian", "highest high and lowest low of the bars before this one", Range, [Length(20)], ["upper", "lower", "center"],
            p => new Donchian((int)p[0]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar);
                (o[0], o[1], o[2]) = (i.Upper, i.Lower, i.Middle);
            }),
        new IndicatorEntry<Atr>(
            "atr", "average true range", Prices, [Length(14)], ["atr"],
            p => new Atr((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
        new IndicatorEntry<PivotPoints>(
            "pivot-points", "levels from the session before", Time | Prices, [SessionStart()],
            ["pivot", "r1", "r2", "r3", "s1", "s2", "s3"],
            p => new PivotPoints(TimeSpan.FromMinutes(p[0])),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar);
                (o[0], o[1], o[2], o[3]) = (i.Pivot, i.Resistance1, i.Resistance2, i.Resistance3);
                (o[4], o[5], o[6]) = (i.Support1, i.Support2, i.Support3);
            }),
    ];

    private static IEnumerable<IndicatorEntry> Trends() =>
    [
        new IndicatorEntry<Adx>(
            "adx", "strength of the trend", Prices, [Length(14)], ["adx", "plus_di", "minus_di"],
            p => new Adx((int)p[0]), (ref i, in bar, in _, o) => (o[0], o[1], o[2]) = (i.Push(bar), i.Plus, i.Minus)),
        new IndicatorEntry<Dmi>(
            "dmi", "directional movement", Prices, [Length(14)], ["plus_di", "minus_di", "dx"],
            p => new Dmi((int)p[0]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar);
                (o[0], o[1], o[2]) = (i.Plus, i.Minus, i.Index);
            }),
        new IndicatorEntry<Aroon>(
            "aroon", "how recent the highest high and the lowest low are", Range, [Length(25)], ["up", "down", "oscillator"],
            p => new Aroon((int)p[0]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar);
                (o[0], o[1], o[2]) = (i.Up, i.Down, i.Oscillator);
            }),
        new IndicatorEntry<ParabolicSar>(
            "parabolic-sar", "stop that follows the trend ever faster", Range,
            [Number("step", 0.0001, 1, 0.02, "what a new extreme adds"), Number("most", 0.0001, 1, 0.2, "the greatest acceleration")],
            ["sar", "is_rising"],
            p => new ParabolicSar(p[0], p[1]),
            (ref i, in bar, in _, o) => (o[0], o[1]) = (i.Push(bar), Flag(i.IsWarm, i.IsRising))),
        new IndicatorEntry<SuperTrend>(
            "supertrend", "stop of average true ranges that moves with the trend", Prices,
            [Length(10), Width(3, "average true ranges")], ["supertrend", "is_rising"],
            p => new SuperTrend((int)p[0], p[1]),
            (ref i, in bar, in _, o) => (o[0], o[1]) = (i.Push(bar), Flag(i.IsWarm, i.IsRising))),
        new IndicatorEntry<Ichimoku>(
            "ichimoku", "middles of three ranges, and the cloud between two of them", Range,
            [
                Whole("conversion", 1, Longest, 9, "length of the conversion line"),
                Whole("base", 1, Longest, 26, "length of the base line"),
                Whole("span", 1, Longest, 52, "length of the cloud's second edge"),
                Whole("displacement", 1, Longest, 26, "bars that the cloud is drawn ahead"),
            ],
            ["conversion", "base", "span_a", "span_b", "leading_span_a", "leading_span_b"],
            p => new Ichimoku((int)p[0], (int)p[1], (int)p[2], (int)p[3]),
            (ref i, in bar, in _, o) =>
            {
                i.Push(bar);
                (o[0], o[1], o[2], o[3], o[4], o[5]) = (i.Conversion, i.Base, i.SpanA, i.SpanB, i.LeadingSpanA, i.LeadingSpanB);
            }),
        new IndicatorEntry<EfficiencyRatio>(
            "efficiency-ratio", "how straight the price went", Close, [Length(10)], ["efficiency"],
            p => new EfficiencyRatio((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
    ];

    private static IEnumerable<IndicatorEntry> Volumes() =>
    [
        new IndicatorEntry<Mfi>(
            "mfi", "share of rising bars in the money that moved", Prices | Volume, [Length(14)], ["mfi"],
            p => new Mfi((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
        new IndicatorEntry<Obv>(
            "obv", "volume of rising bars less that of falling ones", Close | Volume, [], ["obv"],
            _ => new Obv(), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
        new IndicatorEntry<ChaikinMoneyFlow>(
            "chaikin-money-flow", "how much of the volume closed high in its bar", Prices | Volume, [Length(20)], ["cmf"],
            p => new ChaikinMoneyFlow((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
        new IndicatorEntry<AccumulationDistribution>(
            "accumulation-distribution", "volume by where its bar closed, since the first bar", Prices | Volume, [], ["adl"],
            _ => new AccumulationDistribution(), (ref i, in bar, in _, o) => o[0] = i.Push(bar)),
    ];

    private static IEnumerable<IndicatorEntry> Statistics() =>
    [
        new IndicatorEntry<StandardDeviation>(
            "standard-deviation", "population deviation of the last closes", Close, [Length(20)], ["stdev", "mean"],
            p => new StandardDeviation((int)p[0]), (ref i, in bar, in _, o) => (o[0], o[1]) = (i.Push(bar.Close), i.Mean)),
        new IndicatorEntry<ZScore>(
            "z-score", "standard deviations of the close from the mean", Close, [Length(20)], ["z_score"],
            p => new ZScore((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<LinearRegressionSlope>(
            "linear-regression-slope", "slope of the line that fits the last closes", Close,
            [Whole("length", 2, Longest, 20, "closes that count")], ["slope"],
            p => new LinearRegressionSlope((int)p[0]), (ref i, in bar, in _, o) => o[0] = i.Push(bar.Close)),
        new IndicatorEntry<Correlation>(
            "correlation", "how much the closes of two series move together", Close,
            [Whole("length", 2, Longest, 20, "closes that count")], ["correlation"],
            p => new Correlation((int)p[0]), (ref i, in bar, in other, o) => o[0] = i.Push(bar.Close, other.Close)) { IsOfTwo = true },
        new IndicatorEntry<Beta>(
            "beta", "how far the close moves for a move of the other's by one", Close,
            [Whole("length", 2, Longest, 20, "closes that count")], ["beta"],
            p => new Beta((int)p[0]), (ref i, in bar, in other, o) => o[0] = i.Push(bar.Close, other.Close)) { IsOfTwo = true },
    ];

    private static Parameter Length(int usual) => Whole("length", 1, Longest, usual, "bars that count");

    private static Parameter Smoothing(int usual) =>
        Whole("smoothing", 1, Longest, usual, "length of the average that makes %K");

    private static Parameter Signal(int usual) => Whole("signal", 1, Longest, usual, "length of the signal's average");

    private static Parameter Fast(int usual) => Whole("fast", 1, Longest, usual, "length of the fast average; less than slow");

    private static Parameter Slow(int usual) => Whole("slow", 2, Longest, usual, "length of the slow average");

    private static Parameter Width(double usual, string unit) => Number("width", 0.01, 100, usual, $"of a band, in {unit}");

    private static Parameter SessionStart() =>
        Whole("start", 0, MinutesOfDay - 1, 0, "when sessions begin, in minutes after midnight UTC");

    private static double Flag(bool isWarm, bool value) => isWarm ? (value ? 1 : 0) : double.NaN;
}
