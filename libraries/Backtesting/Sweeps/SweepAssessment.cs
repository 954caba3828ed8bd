using AlgoStack.Trading.Research;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>What is left of the best of a sweep once it is held against how many were tried, and against other luck.</summary>
/// <param name="Chosen">The best by the measure; null when no combination has it.</param>
/// <param name="Best">The one with the best Sharpe ratio, which the report is of.</param>
/// <param name="LeftOut">Combinations the report knows nothing of: they ended with an error, or their returns are no numbers.</param>
/// <param name="MonteCarlo">Of the chosen; null where it has no returns.</param>
public sealed record SweepAssessment(
    SweepOutcome? Chosen, SweepOutcome Best, OverfittingReport Overfitting, int LeftOut, MonteCarlo? MonteCarlo)
{
    /// <summary>As in the source of <see cref="CrossValidation"/>.</summary>
    public const int Slices = 16;

    /// <summary>Paths of the Monte-Carlo.</summary>
    public const int Paths = 1_000;

    /// <param name="seed">The same numbers for the same seed.</param>
    /// <exception cref="ArgumentException">
    /// Fewer than two outcomes have daily returns, as when the plan keeps none, or there are fewer than four days.
    /// </exception>
    public static SweepAssessment Of(SweepResult sweep, Measure measure, ulong seed = 1) => Of(sweep.Outcomes, measure, seed);

    /// <summary>Null where there is too little to hold the best against.</summary>
    /// <param name="outcomes">In the order of the combinations.</param>
    /// <inheritdoc cref="Of(SweepResult, Measure, ulong)"/>
    public static SweepAssessment? Find(IReadOnlyList<SweepOutcome> outcomes, Measure measure, ulong seed = 1) =>
        outcomes.Count(o => o.Figures?.Days is { Length: >= 4 }) < 2 ? null : Of(outcomes, measure, seed);

    private static SweepAssessment Of(IReadOnlyList<SweepOutcome> outcomes, Measure measure, ulong seed)
    {
        SweepOutcome[] known = [.. outcomes.Where(o => o.Figures?.Days is not null)];
        if (known.Length < 2)
            throw new ArgumentException($"Overfitting: expected two outcomes with daily returns or more, found {known.Length} of {outcomes.Count}.", nameof(outcomes));

        double[][] returns = [.. known.Select(o => o.Figures!.Days!)];
        // Of fewer days, fewer slices: each is of two or more.
        var slices = Math.Min(Slices, returns[0].Length / 4 * 2);
        var report = OverfittingReport.Of(returns, slices);
        var chosen = SweepResult.Ranked(outcomes, measure).FirstOrDefault();
        return new SweepAssessment(chosen, known[report.Best], report, outcomes.Count - known.Length, MonteCarloOf(chosen, seed));
    }

    private static MonteCarlo? MonteCarloOf(SweepOutcome? chosen, ulong seed) => chosen?.Figures?.Days is { Length: > 0 } days
        ? MonteCarlo.Run(days, Paths, Math.Max(1, Math.Cbrt(days.Length)), new SplitMix64(seed))
        : null;
}
