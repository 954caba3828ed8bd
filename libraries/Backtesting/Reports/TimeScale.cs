using System.Globalization;

namespace AlgoStack.Backtesting.Reports;

/// <summary>Time on the width of a chart.</summary>
/// <param name="FirstMs">Unix milliseconds, UTC.</param>
/// <param name="LastMs">Not before the first.</param>
internal readonly record struct TimeScale(long FirstMs, long LastMs)
{
    private const int MostTicks = 11;
    private const long HourMs = 3_600_000;
    private const long DayMs = 24 * HourMs;

    private static readonly long[] SpansMs =
        [1_000, 5_000, 15_000, 60_000, 300_000, 900_000, HourMs, 3 * HourMs, 6 * HourMs, 12 * HourMs, DayMs, 2 * DayMs, 7 * DayMs, 14 * DayMs];

    private static readonly int[] SpansOfMonths = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1_200];

    /// <summary>From the left, 0, to the right, 1; in the middle where there is no length.</summary>
    public double At(long ms) => LastMs == FirstMs ? 0.5 : Math.Clamp((double)(ms - FirstMs) / (LastMs - FirstMs), 0, 1);

    /// <summary>Round times, a few, where they lie.</summary>
    public IEnumerable<(double X, string Text)> Ticks()
    {
        var rough = (LastMs - FirstMs) / MostTicks;
        if (rough <= SpansMs[^1])
        {
            var span = Array.Find(SpansMs, s => s >= rough);
            var format = span < 60_000 ? "HH:mm:ss" : span >= DayMs ? "d MMM" : LastMs - FirstMs > DayMs ? "d MMM HH:mm" : "HH:mm";
            for (var at = (FirstMs + span - 1) / span * span; at <= LastMs; at += span) yield return (At(at), Text(at, format));
        }
        else
        {
            var months = Array.Find(SpansOfMonths, m => m * 30.4 * DayMs >= rough) is > 0 and var found ? found : SpansOfMonths[^1];
            var first = Numbers.Time(FirstMs);
            for (var month = ((first.Year * 12) + first.Month - 1) / months * months; month / 12 < DateTime.MaxValue.Year; month += months)
            {
                if (month < 12) continue;
                var at = new DateTimeOffset(month / 12, (month % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
                if (at > LastMs) yield break;
                if (at >= FirstMs) yield return (At(at), Text(at, months < 12 ? "MMM yyyy" : "yyyy"));
            }
        }
    }

    private static string Text(long ms, string format) => Numbers.Time(ms).ToString(format, CultureInfo.InvariantCulture);
}
