using System.Globalization;
using System.Text;

namespace AlgoStack.Benchmarks.Measuring;

/// <summary>The table as it is printed, a line as soon as it is measured.</summary>
internal static class Table
{
    private static readonly CompositeFormat Row = CompositeFormat.Parse("| {0,-47} | {1,10} | {2,10} | {3,6} | {4,7} | {5,7} | {6,-17} |");

    public static string Head =>
        Format("work", "limit", "ours", "ratio", "floor", "goal", "") + "\n" +
        Format(Line(47), Line(10), Line(10), Line(6), Line(7), Line(7), Line(17));

    public static string Of(Measurement measurement)
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

    public static string Of(BoundMeasurement measurement)
    {
        var bound = measurement.Bound;
        return Format(
            $"{bound.Work}, {bound.Unit}", "", Number(measurement.Value), "", $"≤ {Number(bound.Floor)}", $"≤ {Number(bound.Goal)}",
            !measurement.HoldsFloor ? "UNDER THE FLOOR" : measurement.ReachesGoal ? "goal reached" : "");
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Verdict(Measurement measurement) => measurement switch
    {
        { IsLimitImplausible: true } => "limit implausible",
        { HoldsFloor: false } => "UNDER THE FLOOR",
        { ReachesGoal: true } => "goal reached",
        _ => "",
    };

    private static string Format(params object[] cells) => string.Format(CultureInfo.InvariantCulture, Row, cells);

    private static string Line(int width) => new('-', width);

    private static string Count(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double ratio) => ratio.ToString(ratio < 0.2 ? "P1" : "P0", CultureInfo.InvariantCulture);

    private static string Times(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}×");

    private static string Milliseconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1_000:0.00} ms");
}
