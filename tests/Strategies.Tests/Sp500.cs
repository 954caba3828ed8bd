using System.Globalization;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies.Tests;

/// <summary>The real data set of the repository: the S&amp;P 500 by day, 2000-01-03 to 2020-04-17.</summary>
internal static class Sp500
{
    /// <summary>Stamped with the start of their day, so that a signal's day can be read from it.</summary>
    public static IReadOnlyList<Bar> Bars { get; } = [.. File.ReadLines("sp500-2000.csv").Skip(1).Select(Parse)];

    /// <summary>The same as if each were half an hour of the day, one after the other: for what looks at the clock.</summary>
    public static IReadOnlyList<Bar> HalfHours { get; } =
        [.. Bars.Select((bar, i) => bar with { CloseMs = Bars[0].CloseMs + ((i + 1) * 30 * TimeSpan.MillisecondsPerMinute) })];

    private static Bar Parse(string line)
    {
        var cells = line.Split(',');
        var day = DateTimeOffset.ParseExact(cells[0], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return new Bar(day.ToUnixTimeMilliseconds(), Number(1), Number(2), Number(3), Number(4), Number(6));

        double Number(int cell) => double.Parse(cells[cell], CultureInfo.InvariantCulture);
    }
}
