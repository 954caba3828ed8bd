using System.Globalization;
using AlgoStack.Simulation;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtesting.WalkForwards;

/// <summary>How long a window is: bars, written <c>500</c>, or calendar days of UTC, written <c>90d</c>.</summary>
/// <param name="Count">1 or more.</param>
public readonly record struct WindowLength(int Count, bool IsDays)
{
    private const long DayMs = 86_400_000;

    /// <exception cref="ArgumentException">Neither.</exception>
    public static WindowLength Parse(string text)
    {
        var isDays = text.EndsWith('d');
        return int.TryParse(isDays ? text[..^1] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? new WindowLength(count, isDays)
            : throw new ArgumentException($"Window: expected bars such as 500 or days such as 90d, found '{text}'.", nameof(text));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count}{(IsDays ? "d" : "")}");

    /// <summary>The row after a window that begins at row <paramref name="from"/>; never within an instant.</summary>
    internal int EndFrom(BarSeries bars, int from)
    {
        if (IsDays) return FirstRowOfDay(bars, DayOf(bars, from) + Count);
        return Count >= bars.Count - from ? bars.Count : BacktestRun.EndOfInstant(bars, from + Count - 1, bars.Count);
    }

    /// <summary>The first row of a window that ends before row <paramref name="to"/>; never within an instant.</summary>
    internal int StartOf(BarSeries bars, int to)
    {
        if (IsDays) return FirstRowOfDay(bars, DayOf(bars, to) - Count);
        var row = Math.Max(to - Count, 0);
        while (row > 0 && bars.CloseMs[row] == bars.CloseMs[row - 1]) row--;
        return row;
    }

    private static long DayOf(BarSeries bars, int row) => (long)Math.Floor((double)bars.CloseMs[row] / DayMs);

    private static int FirstRowOfDay(BarSeries bars, long day)
    {
        // Of no row, it is the complement of the first one after; of several of one time, any of them.
        var row = Array.BinarySearch(bars.CloseMs, day * DayMs);
        if (row < 0) return ~row;
        while (row > 0 && bars.CloseMs[row - 1] == bars.CloseMs[row]) row--;
        return row;
    }
}
