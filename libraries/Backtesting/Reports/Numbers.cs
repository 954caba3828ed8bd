using System.Globalization;

namespace AlgoStack.Backtesting.Reports;

/// <summary>Numbers and times as people read them, the same on every machine.</summary>
internal static class Numbers
{
    /// <summary>For what cannot be known, which is never 0.</summary>
    public const string Unknown = "–";

    private const double SmallRatio = 0.005;

    private static readonly (double From, string Suffix)[] Thousands = [(1e12, "T"), (1e9, "B"), (1e6, "M")];

    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Trades(int count) => count == 1 ? "1 trade" : $"{Count(count)} trades";

    /// <summary>Two decimals; below 1 as many as tell it, for currencies whose unit is worth much.</summary>
    public static string Money(decimal value) =>
        value.ToString(Math.Abs(value) is < 1 and > 0 ? "0.00######" : "#,0.00", CultureInfo.InvariantCulture);

    /// <summary>Of a price or a quantity, to the eighth decimal: an average may have 28.</summary>
    public static string Amount(decimal value) => value.ToString("#,0.########", CultureInfo.InvariantCulture);

    public static string Percent(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:#,0.00} %");

    /// <summary>With its sign, also above zero.</summary>
    public static string Change(double fraction) => string.Create(CultureInfo.InvariantCulture, $"{100 * fraction:+#,0.00;-#,0.00;0.00} %");

    /// <summary>Two decimals, more where they would say nothing.</summary>
    public static string Ratio(double value) => value.ToString(Math.Abs(value) < SmallRatio ? "0.00####" : "#,0.00", CultureInfo.InvariantCulture);

    /// <summary>Some six digits, of a price or a parameter.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e15 or < 1e-8 => value.ToString("0.####e0", CultureInfo.InvariantCulture),
        >= 1e5 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 1 => value.ToString("#,0.####", CultureInfo.InvariantCulture),
        _ => value.ToString("0.############", CultureInfo.InvariantCulture),
    };

    /// <summary>As many decimals as tell values that are <paramref name="step"/> apart.</summary>
    public static string Tick(double value, double step)
    {
        var (unit, suffix) = Thousands.FirstOrDefault(t => Math.Abs(value) >= t.From, (1, ""));
        var decimals = (int)Math.Clamp(-Math.Floor(Math.Log10(step / unit) + 1e-9), 0, 12);
        return (value / unit).ToString($"N{decimals}", CultureInfo.InvariantCulture) + suffix;
    }

    /// <param name="ms">Unix milliseconds, UTC.</param>
    public static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);

    /// <inheritdoc cref="Time"/>
    public static string Minute(long ms) => Time(ms).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>ISO 8601, to the millisecond.</summary>
    /// <inheritdoc cref="Time"/>
    public static string Iso(long ms) => Time(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
