using System.Globalization;

namespace AlgoStack.Cli.Backtests;

/// <summary>Figures as the terminal shows them: invariant, and a dash for what cannot be known.</summary>
internal static class Figure
{
    public static string Money(decimal? value) => value?.ToString("N2", CultureInfo.InvariantCulture) ?? "–";

    public static string Percent(double? value) => value is { } v ? (v * 100).ToString("0.00", CultureInfo.InvariantCulture) + " %" : "–";

    public static string Ratio(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);
}
