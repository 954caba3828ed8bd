using System.Globalization;
using AlgoStack.Backtesting.Reports;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>All that came of a sweep.</summary>
/// <param name="Models">By name, see <see cref="BacktestPlan.Models"/>.</param>
/// <param name="Outcomes">In the order of the combinations.</param>
/// <param name="LeftOut">See <see cref="Combinations"/>.</param>
public sealed record SweepResult(
    BacktestData Data, string Strategy, IReadOnlyDictionary<string, string> Models, IReadOnlyList<SweepOutcome> Outcomes, int LeftOut)
{
    /// <summary>Those that have the measure, best first; of equals the one tried first.</summary>
    public IEnumerable<SweepOutcome> Ranked(Measure measure) => Ranked(Outcomes, measure);

    /// <summary>A measure over two parameters: of the combinations that have the same two, the best.</summary>
    /// <param name="x">A parameter's name.</param>
    /// <param name="y">Another's.</param>
    /// <exception cref="ArgumentException">The strategy has no such parameter, or it is one and the same.</exception>
    public ParameterSurface Surface(string x, string y, Measure measure)
    {
        if (x == y) throw new ArgumentException($"Surface: expected two parameters, found {x} twice.", nameof(y));
        (double X, double Y, double? Value)[] points =
            [.. Outcomes.Select(o => (ValueOf(o.Parameters, x), ValueOf(o.Parameters, y), o.Figures is null ? null : measure.Of(o.Figures)))];
        double[] xs = [.. points.Select(p => p.X).Distinct().Order()];
        double[] ys = [.. points.Select(p => p.Y).Distinct().Order()];
        var values = new double?[ys.Length, xs.Length];
        foreach (var point in points)
        {
            ref var value = ref values[Array.BinarySearch(ys, point.Y), Array.BinarySearch(xs, point.X)];
            if (value is null || point.Value > value) value = point.Value;
        }

        return new ParameterSurface(x, xs, y, ys, values, measure.Name);
    }

    internal static IEnumerable<SweepOutcome> Ranked(IReadOnlyList<SweepOutcome> outcomes, Measure measure) =>
        outcomes.Where(o => o.Figures is not null && measure.Of(o.Figures) is not null).OrderByDescending(o => measure.Of(o.Figures!));

    private static double ValueOf(string parameters, string name)
    {
        var pair = Array.Find(parameters.Split(' '), p => p.StartsWith($"{name}=", StringComparison.Ordinal))
            ?? throw new ArgumentException($"Surface: expected a parameter among '{parameters}', found {name}.", nameof(name));
        return double.Parse(pair.AsSpan(name.Length + 1), CultureInfo.InvariantCulture);
    }
}
