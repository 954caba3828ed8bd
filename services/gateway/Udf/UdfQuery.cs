using System.Globalization;

namespace AlgoStack.Gateway.Udf;

/// <summary>What charts write into queries. All of it comes as text, so that what is none gets an answer in the protocol's form.</summary>
internal static class UdfQuery
{
    // 1900 to 2200: beyond there are no bars, and whoever asks beyond 2200 has most likely sent milliseconds.
    private const long FirstSecond = -2_208_988_800;
    private const long LastSecond = 7_258_118_400;

    /// <summary>Unix seconds as milliseconds. Charts ask for times long before there was a market: those are 1900.</summary>
    public static bool TryTime(string? text, out long ms)
    {
        ms = 0;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) || seconds > LastSecond) return false;

        ms = Math.Max(seconds, FirstSecond) * 1_000;
        return true;
    }

    /// <summary>Both ends of a range, or the reason why they are none.</summary>
    public static string? Refuse(string? from, string? to, out long fromMs, out long toMs)
    {
        toMs = 0;
        if (!TryTime(from, out fromMs)) return TimeRefused("from", from);
        if (!TryTime(to, out toMs)) return TimeRefused("to", to);

        return fromMs > toMs ? $"from: expected a time up to {to}, found {from}" : null;
    }

    public static string TimeRefused(string name, string? text) => $"{name}: expected Unix seconds up to the year 2200, found {Shown(text)}";

    /// <summary>A number above zero.</summary>
    /// <param name="absent">What it is where nothing is said.</param>
    public static bool TryCount(string? text, int absent, out int count)
    {
        count = absent;
        if (string.IsNullOrEmpty(text)) return true;
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0) return false;

        count = (int)Math.Min(number, int.MaxValue);
        return true;
    }

    public static string CountRefused(string name, string? text) => $"{name}: expected a number above zero, found {Shown(text)}";

    public static string ResolutionRefused(string? text) =>
        $"resolution: expected one of {string.Join(", ", Resolution.All)}, found {Shown(text)}";

    private static string Shown(string? text) => string.IsNullOrEmpty(text) ? "none" : $"'{text}'";
}
