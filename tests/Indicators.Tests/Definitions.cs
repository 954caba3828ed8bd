using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators.Tests;

/// <summary>
/// What each indicator of the catalogue is, written down over the whole series at once: every window is summed anew, and
/// nothing is carried from bar to bar but what is recursive by definition. Slow, and with no code of the indicators in it.
/// </summary>
internal static class Definitions
{
    /// <summary>The outputs of an indicator, each over all bars; NaN where there is none yet.</summary>
    public static double[][] Of(string name, Bar[] bars, Bar[] others, Func<string, double> parameter)
    {
        var (open, high, low, close, volume) = (Part(bars, b => b.Open), Part(bars, b => b.High), Part(bars, b => b.Low), Part(bars, b => b.Close), Part(bars, b => b.Volume));
        var typical = Part(bars, b => (b.High + b.Low + b.Close) / 3);
        return name switch
        {
            "sma" => [Sma(close, Whole("length"))],
            "ema" => [Ema(close, Whole("length"))],
            "wma" => [Wma(close, Whole("length"))],
            "wilder" => [Wilder(close, Whole("length"))],
            "dema" => [Dema(close, Whole("length"))],
            "tema" => [Tema(close, Whole("length"))],
            "hma" => [Wma(Map(Wma(close, Whole("length") / 2), Wma(close, Whole("length")), (half, whole) => (2 * half) - whole), (int)Math.Sqrt(Whole("length")))],
            "kama" => [Kama(close, Whole("length"), Whole("fast"), Whole("slow"))],
            "vwap-session" => [SessionVwap(bars, typical, volume, Whole("start"))],
            "vwap-rolling" => [RollingVwap(typical, volume, Whole("length"))],
            "heikin-ashi" => HeikinAshi(bars),
            "rsi" => Rsi(close, Whole("length")),
            "stochastic" => Stochastic(high, low, close, Whole("length"), Whole("smoothing"), Whole("signal")),
            "stochastic-rsi" => Stochastic(Rsi(close, Whole("rsi"))[0], Rsi(close, Whole("rsi"))[0], Rsi(close, Whole("rsi"))[0], Whole("length"), Whole("smoothing"), Whole("signal")),
            "macd" => WithSignal(Map(Ema(close, Whole("fast")), Ema(close, Whole("slow")), (fast, slow) => fast - slow), Whole("signal")),
            "ppo" => WithSignal(Map(Ema(close, Whole("fast")), Ema(close, Whole("slow")), (fast, slow) => 100 * (fast - slow) / slow), Whole("signal")),
            "cci" => [Cci(typical, Whole("length"))],
            "williams-r" => [Map(Greatest(high, Whole("length")), Least(low, Whole("length")), close, (h, l, c) => h > l ? -100 * (h - c) / (h - l) : -50)],
            "roc" => [Map(close, Before(close, Whole("length")), (now, then) => 100 * (now - then) / then), Map(close, Before(close, Whole("length")), (now, then) => now - then)],
            "trix" => [Trix(close, Whole("length"))],
            "ultimate-oscillator" => [Ultimate(high, low, close, Whole("short"), Whole("medium"), Whole("long"))],
            "bollinger" => Bollinger(close, Whole("length"), parameter("width")),
            "keltner" => Keltner(high, low, close, Whole("length"), parameter("width"), Whole("range")),
            "donchian" => Donchian(high, low, Whole("length")),
            "atr" => [Wilder(TrueRange(high, low, close), Whole("length"))],
            "pivot-points" => PivotPoints(bars, Whole("start")),
            "adx" => Adx(high, low, close, Whole("length")),
            "dmi" => Dmi(high, low, close, Whole("length")),
            "aroon" => Aroon(high, low, Whole("length")),
            "parabolic-sar" => ParabolicSar(high, low, parameter("step"), parameter("most")),
            "supertrend" => SuperTrend(high, low, close, Whole("length"), parameter("width")),
            "ichimoku" => Ichimoku(high, low, Whole("conversion"), Whole("base"), Whole("span"), Whole("displacement")),
            "efficiency-ratio" => [Efficiency(close, Whole("length"))],
            "mfi" => [Mfi(typical, volume, Whole("length"))],
            "obv" => [Obv(close, volume)],
            "chaikin-money-flow" => [Map(Sum(MoneyFlow(high, low, close, volume), Whole("length")), Sum(volume, Whole("length")), (flow, v) => v > 0 ? flow / v : 0)],
            "accumulation-distribution" => [Total(MoneyFlow(high, low, close, volume))],
            "standard-deviation" => [Deviation(close, Whole("length")), Sma(close, Whole("length"))],
            "z-score" => [Map(close, Sma(close, Whole("length")), Deviation(close, Whole("length")), (c, mean, sd) => sd > 0 ? (c - mean) / sd : 0)],
            "linear-regression-slope" => [Slope(close, Whole("length"))],
            "correlation" => [OfPairs(close, Part(others, b => b.Close), Whole("length"), Correlation)],
            "beta" => [OfPairs(close, Part(others, b => b.Close), Whole("length"), Beta)],
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No definition."),
        };

        int Whole(string of) => (int)parameter(of);
    }

    private static double[] Part(Bar[] bars, Func<Bar, double> part) => [.. bars.Select(part)];

    private static double[] Map(double[] a, double[] b, Func<double, double, double> f) =>
        [.. a.Select((x, i) => double.IsNaN(x) || double.IsNaN(b[i]) ? double.NaN : f(x, b[i]))];

    private static double[] Map(double[] a, double[] b, double[] c, Func<double, double, double, double> f) =>
        [.. a.Select((x, i) => double.IsNaN(x) || double.IsNaN(b[i]) || double.IsNaN(c[i]) ? double.NaN : f(x, b[i], c[i]))];

    private static double[] Before(double[] values, int bars) => [.. values.Select((_, i) => i < bars ? double.NaN : values[i - bars])];

    /// <summary>A function of each window of the last <paramref name="length"/> values, oldest first.</summary>
    private static double[] Windows(double[] values, int length, Func<double[], double> f) =>
        [.. values.Select((_, i) => i + 1 < length || double.IsNaN(values[i + 1 - length]) ? double.NaN : f(values[(i + 1 - length)..(i + 1)]))];

    // Measured from one of them, so that the mean of equal values is that value.
    private static double Mean(double[] values) => values[0] + (values.Sum(v => v - values[0]) / values.Length);

    private static double[] Sma(double[] values, int length) => Windows(values, length, Mean);

    private static double[] Sum(double[] values, int length) => Windows(values, length, w => w.Sum());

    private static double[] Greatest(double[] values, int length) => Windows(values, length, w => w.Max());

    private static double[] Least(double[] values, int length) => Windows(values, length, w => w.Min());

    private static double[] Deviation(double[] values, int length) =>
        Windows(values, length, w => Math.Sqrt(Products(w, w) / length));

    private static double[] Wma(double[] values, int length) =>
        Windows(values, length, w => w[0] + (w.Select((v, i) => (v - w[0]) * (i + 1)).Sum() / (length * (length + 1) / 2.0)));

    private static double[] Ema(double[] values, int length) => Smooth(values, length, 2.0 / (length + 1));

    private static double[] Wilder(double[] values, int length) => Smooth(values, length, 1.0 / length);

    // The mean of the first values there are, then a weighted mean of the newest value and the average before.
    private static double[] Smooth(double[] values, int length, double weight)
    {
        var result = new double[values.Length];
        Array.Fill(result, double.NaN);
        var start = Array.FindIndex(values, v => !double.IsNaN(v));
        if (start < 0 || start + length > values.Length) return result;

        result[start + length - 1] = Mean(values[start..(start + length)]);
        for (var i = start + length; i < values.Length; i++) result[i] = (weight * values[i]) + ((1 - weight) * result[i - 1]);
        return result;
    }

    private static double[] Dema(double[] values, int length) =>
        Map(Ema(values, length), Ema(Ema(values, length), length), (one, two) => (2 * one) - two);

    private static double[] Tema(double[] values, int length)
    {
        var one = Ema(values, length);
        var two = Ema(one, length);
        return Map(one, two, Ema(two, length), (a, b, c) => (3 * a) - (3 * b) + c);
    }

    private static double[] Trix(double[] values, int length)
    {
        var three = Ema(Ema(Ema(values, length), length), length);
        return Map(three, Before(three, 1), (now, then) => 100 * ((now / then) - 1));
    }

    private static double[][] WithSignal(double[] line, int length) =>
        [line, Ema(line, length), Map(line, Ema(line, length), (l, signal) => l - signal)];

    private static double[] Efficiency(double[] close, int length) => Windows(close, length + 1, w =>
    {
        var travelled = Enumerable.Range(1, length).Sum(i => Math.Abs(w[i] - w[i - 1]));
        return travelled > 0 ? Math.Abs(w[length] - w[0]) / travelled : 0;
    });

    private static double[] Kama(double[] close, int length, int fast, int slow)
    {
        var efficiency = Efficiency(close, length);
        var result = new double[close.Length];
        for (var i = 0; i < close.Length; i++)
        {
            var weight = Math.Pow((efficiency[i] * ((2.0 / (fast + 1)) - (2.0 / (slow + 1)))) + (2.0 / (slow + 1)), 2);
            result[i] = i < length - 1 ? double.NaN : i == length - 1 ? close[i] : result[i - 1] + (weight * (close[i] - result[i - 1]));
        }

        return result;
    }

    private static DateTime Session(Bar bar, int start) =>
        DateTime.UnixEpoch.AddMilliseconds(bar.CloseMs).AddTicks(-1).AddMinutes(-start).Date;

    private static double[] SessionVwap(Bar[] bars, double[] typical, double[] volume, int start) => [.. bars.Select((bar, i) =>
    {
        var session = Enumerable.Range(0, i + 1).Where(j => Session(bars[j], start) == Session(bar, start)).ToArray();
        var traded = session.Sum(j => volume[j]);
        return traded > 0 ? session.Sum(j => typical[j] * volume[j]) / traded : typical[i];
    })];

    private static double[] RollingVwap(double[] typical, double[] volume, int length) =>
        Map(Sum(Map(typical, volume, (p, v) => p * v), length), Sum(volume, length), typical, (money, v, p) => v > 0 ? money / v : p);

    private static double[][] HeikinAshi(Bar[] bars)
    {
        var close = Part(bars, b => (b.Open + b.High + b.Low + b.Close) / 4);
        var open = new double[bars.Length];
        for (var i = 0; i < bars.Length; i++) open[i] = i == 0 ? (bars[0].Open + bars[0].Close) / 2 : (open[i - 1] + close[i - 1]) / 2;
        return
        [
            open,
            [.. bars.Select((b, i) => new[] { b.High, open[i], close[i] }.Max())],
            [.. bars.Select((b, i) => new[] { b.Low, open[i], close[i] }.Min())],
            close,
        ];
    }

    private static double[][] Rsi(double[] close, int length)
    {
        var change = Map(close, Before(close, 1), (now, then) => now - then);
        var gain = Wilder([.. change.Select(c => double.IsNaN(c) ? c : Math.Max(c, 0))], length);
        var loss = Wilder([.. change.Select(c => double.IsNaN(c) ? c : Math.Max(-c, 0))], length);
        return [Map(gain, loss, (g, l) => g + l > 0 ? 100 * g / (g + l) : 50), gain, loss];
    }

    private static double[][] Stochastic(double[] high, double[] low, double[] close, int length, int smoothing, int signal)
    {
        // A range of the last few of sixteen digits is rounding: an RSI has one where the price stands still.
        var raw = Map(Greatest(high, length), Least(low, length), close, (h, l, c) => h - l > 1e-12 * Math.Abs(h) ? 100 * (c - l) / (h - l) : 50);
        return [raw, Sma(raw, smoothing), Sma(Sma(raw, smoothing), signal)];
    }

    private static double[] Cci(double[] typical, int length) => Windows(typical, length, w =>
    {
        var mean = Mean(w);
        var deviation = w.Sum(v => Math.Abs(v - mean)) / length;
        return deviation > 0 ? (w[^1] - mean) / (0.015 * deviation) : 0;
    });

    private static double[] TrueRange(double[] high, double[] low, double[] close) =>
        Map(high, low, Before(close, 1), (h, l, c) => new[] { h - l, Math.Abs(h - c), Math.Abs(l - c) }.Max());

    private static double[] Ultimate(double[] high, double[] low, double[] close, int first, int second, int third)
    {
        var buying = Map(close, low, Before(close, 1), (c, l, before) => c - Math.Min(l, before));
        var range = TrueRange(high, low, close);
        double[] Share(int length) => Map(Sum(buying, length), Sum(range, length), (b, r) => r > 0 ? b / r : 0.5);
        return Map(Share(first), Share(second), Share(third), (a, b, c) => 100 * ((4 * a) + (2 * b) + c) / 7);
    }

    private static double[][] Bollinger(double[] close, int length, double width)
    {
        var (mean, deviation) = (Sma(close, length), Deviation(close, length));
        var (upper, lower) = (Map(mean, deviation, (m, sd) => m + (width * sd)), Map(mean, deviation, (m, sd) => m - (width * sd)));
        return
        [
            mean, deviation, upper, lower,
            Map(upper, lower, mean, (u, l, m) => (u - l) / m),
            Map(upper, lower, close, (u, l, c) => u > l ? (c - l) / (u - l) : 0.5),
        ];
    }

    private static double[][] Keltner(double[] high, double[] low, double[] close, int length, double width, int range)
    {
        var (middle, atr) = (Ema(close, length), Wilder(TrueRange(high, low, close), range));
        return [middle, Map(middle, atr, (m, r) => m + (width * r)), Map(middle, atr, (m, r) => m - (width * r))];
    }

    private static double[][] Donchian(double[] high, double[] low, int length)
    {
        var (upper, lower) = (Before(Greatest(high, length), 1), Before(Least(low, length), 1));
        return [upper, lower, Map(upper, lower, (u, l) => (u + l) / 2)];
    }

    private static double[][] PivotPoints(Bar[] bars, int start)
    {
        var sessions = bars.GroupBy(bar => Session(bar, start)).OrderBy(g => g.Key).Select(g => g.ToArray()).ToArray();
        var levels = sessions.SelectMany((session, i) => session.Select(_ => i == 0 ? [.. Enumerable.Repeat(double.NaN, 7)] : Levels(sessions[i - 1]))).ToArray();
        return [.. Enumerable.Range(0, 7).Select(output => levels.Select(l => l[output]).ToArray())];

        static double[] Levels(Bar[] session)
        {
            var (h, l, c) = (session.Max(b => b.High), session.Min(b => b.Low), session[^1].Close);
            var p = (h + l + c) / 3;
            return [p, (2 * p) - l, p + h - l, h + (2 * (p - l)), (2 * p) - h, p - h + l, l - (2 * (h - p))];
        }
    }

    private static double[][] Dmi(double[] high, double[] low, double[] close, int length)
    {
        var up = Map(high, Before(high, 1), (now, then) => now - then);
        var down = Map(low, Before(low, 1), (now, then) => then - now);
        var range = Wilder(TrueRange(high, low, close), length);
        var rises = Wilder(Map(up, down, (u, d) => u > d && u > 0 ? u : 0), length);
        var falls = Wilder(Map(up, down, (u, d) => d > u && d > 0 ? d : 0), length);
        return
        [
            Map(rises, range, (m, r) => r > 0 ? 100 * m / r : 0),
            Map(falls, range, (m, r) => r > 0 ? 100 * m / r : 0),
            Map(rises, falls, (p, m) => p + m > 0 ? 100 * Math.Abs(p - m) / (p + m) : 0),
        ];
    }

    private static double[][] Adx(double[] high, double[] low, double[] close, int length)
    {
        var movement = Dmi(high, low, close, length);
        return [Wilder(movement[2], length), movement[0], movement[1]];
    }

    private static double[][] Aroon(double[] high, double[] low, int length)
    {
        var up = Windows(high, length + 1, w => 100.0 * Array.IndexOf(w, w.Max()) / length);
        var down = Windows(low, length + 1, w => 100.0 * Array.IndexOf(w, w.Min()) / length);
        return [up, down, Map(up, down, (u, d) => u - d)];
    }

    // A row of Wilder's worksheet a bar: the stop that holds today, the extreme and the factor after today, and the stop for tomorrow.
    private static double[][] ParabolicSar(double[] high, double[] low, double step, double most)
    {
        var (stops, rising) = (new double[high.Length], new double[high.Length]);
        stops[0] = rising[0] = double.NaN;
        if (high.Length < 2) return [stops, rising];

        var (up, down) = (high[1] - high[0], low[0] - low[1]);
        var isUp = !(down > 0 && down > up);
        var (tomorrow, extreme, factor) = isUp ? (low[0], high[1], step) : (high[0], low[1], step);
        for (var i = 1; i < high.Length; i++)
        {
            var today = tomorrow;
            var isTouched = isUp ? low[i] <= today : high[i] >= today;
            if (isTouched)
            {
                isUp = !isUp;
                today = isUp ? new[] { extreme, low[i], low[i - 1] }.Min() : new[] { extreme, high[i], high[i - 1] }.Max();
                (extreme, factor) = (isUp ? high[i] : low[i], step);
            }
            else if (isUp && high[i] > extreme)
            {
                (extreme, factor) = (high[i], Math.Min(most, factor + step));
            }
            else if (!isUp && low[i] < extreme)
            {
                (extreme, factor) = (low[i], Math.Min(most, factor + step));
            }

            var next = today + (factor * (extreme - today));
            tomorrow = isUp ? new[] { next, low[i], low[i - 1] }.Min() : new[] { next, high[i], high[i - 1] }.Max();
            (stops[i], rising[i]) = (today, isUp ? 1 : 0);
        }

        return [stops, rising];
    }

    private static double[][] SuperTrend(double[] high, double[] low, double[] close, int length, double width)
    {
        var atr = Wilder(TrueRange(high, low, close), length);
        var (upper, lower) = (new double[close.Length], new double[close.Length]);
        var (stops, rising) = (new double[close.Length], new double[close.Length]);
        for (var i = 0; i < close.Length; i++)
        {
            stops[i] = rising[i] = double.NaN;
            if (double.IsNaN(atr[i])) continue;

            var middle = (high[i] + low[i]) / 2;
            (upper[i], lower[i]) = (middle + (width * atr[i]), middle - (width * atr[i]));
            var wasUp = i > 0 && rising[i - 1] == 1;
            if (i == 0 || double.IsNaN(rising[i - 1]))
            {
                rising[i] = close[i] >= middle ? 1 : 0;
            }
            else
            {
                if (close[i - 1] <= upper[i - 1]) upper[i] = Math.Min(upper[i], upper[i - 1]);
                if (close[i - 1] >= lower[i - 1]) lower[i] = Math.Max(lower[i], lower[i - 1]);
                rising[i] = (wasUp && close[i] >= lower[i]) || (!wasUp && close[i] > upper[i]) ? 1 : 0;
            }

            stops[i] = rising[i] == 1 ? lower[i] : upper[i];
        }

        return [stops, rising];
    }

    private static double[][] Ichimoku(double[] high, double[] low, int conversion, int baseLine, int span, int displacement)
    {
        double[] Middle(int length) => Map(Greatest(high, length), Least(low, length), (h, l) => (h + l) / 2);
        var leadingA = Map(Middle(conversion), Middle(baseLine), (c, b) => (c + b) / 2);
        return [Middle(conversion), Middle(baseLine), Before(leadingA, displacement), Before(Middle(span), displacement), leadingA, Middle(span)];
    }

    private static double[] Mfi(double[] typical, double[] volume, int length)
    {
        var change = Map(typical, Before(typical, 1), (now, then) => now - then);
        var rises = Sum([.. change.Select((c, i) => double.IsNaN(c) ? c : c > 0 ? typical[i] * volume[i] : 0)], length);
        var falls = Sum([.. change.Select((c, i) => double.IsNaN(c) ? c : c < 0 ? typical[i] * volume[i] : 0)], length);
        return Map(rises, falls, (r, f) => r + f > 0 ? 100 * r / (r + f) : 50);
    }

    private static double[] Obv(double[] close, double[] volume) =>
        Total([.. close.Select((c, i) => i == 0 ? 0 : Math.Sign(c - close[i - 1]) * volume[i])]);

    private static double[] MoneyFlow(double[] high, double[] low, double[] close, double[] volume) =>
        [.. close.Select((c, i) => high[i] > low[i] ? volume[i] * ((2 * c) - low[i] - high[i]) / (high[i] - low[i]) : 0)];

    private static double[] Total(double[] values) => [.. values.Select((_, i) => values[..(i + 1)].Sum())];

    // The textbook's n Σxy - Σx Σy over n Σx² - (Σx)², with x counted from the middle.
    private static double[] Slope(double[] close, int length) => Windows(close, length, w =>
    {
        var middle = (length - 1) / 2.0;
        return w.Select((v, i) => (i - middle) * (v - w[0])).Sum() / w.Select((_, i) => (i - middle) * (i - middle)).Sum();
    });

    private static double[] OfPairs(double[] a, double[] b, int length, Func<double[], double[], double> f) =>
        [.. a.Select((_, i) => i + 1 < length ? double.NaN : f(a[(i + 1 - length)..(i + 1)], b[(i + 1 - length)..(i + 1)]))];

    private static double Products(double[] a, double[] b)
    {
        var (x, y) = (Mean(a), Mean(b));
        return a.Zip(b, (u, v) => (u - x) * (v - y)).Sum();
    }

    private static double Correlation(double[] a, double[] b) =>
        Products(a, a) > 0 && Products(b, b) > 0 ? Products(a, b) / Math.Sqrt(Products(a, a) * Products(b, b)) : 0;

    private static double Beta(double[] a, double[] market) => Products(market, market) > 0 ? Products(a, market) / Products(market, market) : 0;
}
