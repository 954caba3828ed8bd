using System.Globalization;

namespace AlgoStack.Benchmarks.Measuring;

/// <summary>The table as it is printed, a line as soon as it is measured.</summary>
internal static class Table
{
    private const string Row = "| {0,-42} | {1,12} | {2,12} | {3,7} | {4,7} | {5,7} | {6,-18} |";

    public static string Head =>
        Format("work", "limit", "ours", "ratio", "floor", "goal", "") + "\n" +
        $"| {new string('-', 42)} | {new string('-', 11)}: | {new string('-', 11)}: | {new string('-', 6)}: | {new string('-', 6)}: | {new string('-', 6)}: | {new string('-', 18)} |";

    public static string Line(Measurement measurement)
    {
        var (comparison, verdict) = (measurement.Comparison, Verdict(measurement));
        return comparison.IsTime
            ? Format(
                comparison.Work, Milliseconds(measurement.Limit), Milliseconds(measurement.Ours), Times(measurement.Ratio),
                $"≤ {Times(comparison.Floor)}", $"≤ {Times(comparison.Goal)}", verdict)
            : Format(
                $"{comparison.Work}, {comparison.Unit}/s", Count(measurement.Limit), Count(measurement.Ours), Percent(measurement.Ratio),
                Percent(comparison.Floor), Percent(comparison.Goal), verdict);
    }

    private static string Verdict(Measurement measurement) => measurement switch
    {
        { IsLimitImplausible: true } => "limit implausible",
        { HoldsFloor: false } => "UNDER THE FLOOR",
        { ReachesGoal: true } => "goal reached",
        _ => "",
    };

    private static string Format(params object[] cells) => string.Format(CultureInfo.InvariantCulture, Row, cells);

    private static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double ratio) => ratio.ToString("P0", CultureInfo.InvariantCulture);

    private static string Times(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}×");

    private static string Milliseconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1_000:0.00} ms");
}
