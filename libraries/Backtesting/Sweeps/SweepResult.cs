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

    internal static IEnumerable<SweepOutcome> Ranked(IReadOnlyList<SweepOutcome> outcomes, Measure measure) =>
        outcomes.Where(o => o.Figures is not null && measure.Of(o.Figures) is not null).OrderByDescending(o => measure.Of(o.Figures!));
}
