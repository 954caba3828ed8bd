using AlgoStack.Simulation;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>A sweep as a person writes it.</summary>
/// <param name="Strategy">One by name, as <see cref="PlanText.Strategy"/> has it; parameters in it are not looked at.</param>
/// <param name="Grid">See <see cref="ParameterGrid"/>; empty for the strategy's own parameters.</param>
public sealed record SweepText(string Strategy, string Grid)
{
    /// <summary>How many to draw at random; null for all.</summary>
    public int? Random { get; init; }

    /// <summary>Of the draw.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Seconds of one combination; null for no limit.</summary>
    public double? Limit { get; init; }

    /// <summary>The plan, which keeps daily returns.</summary>
    /// <exception cref="ArgumentException">A grid that cannot be read, of other parameters, or nothing to draw.</exception>
    /// <exception cref="TooManyCombinationsException">A grid, or a draw, that is too large.</exception>
    /// <exception cref="FormatException">There is no such strategy, or no such limit.</exception>
    public SweepPlan Plan(TradingSettings settings)
    {
        const int MostSeconds = 1_000_000;
        var strategy = PlanText.Strategy(Strategy);
        if (Limit is { } limit && !(limit > 0 && limit < MostSeconds))
            throw new FormatException(FormattableString.Invariant($"Limit: expected above 0 to {MostSeconds} seconds, found {limit}."));

        var grid = ParameterGrid.Parse(strategy.Entry, Grid, strategy.Instruments);
        return new SweepPlan(strategy.Entry, Random is { } budget ? Drawn(grid, budget) : grid.All(), settings)
        {
            Instruments = strategy.Instruments,
            TimeLimit = Limit is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            KeepsDays = true,
        };
    }

    private Combinations Drawn(ParameterGrid grid, int budget)
    {
        const int Most = ParameterGrid.MostCombinations;
        if (budget < 1)
            throw new ArgumentException(FormattableString.Invariant($"Random: expected 1 to {Most:N0} combinations, found {budget:N0}."), paramName: null);
        if (budget > Most) throw new TooManyCombinationsException(FormattableString.Invariant($"Random: expected at most {Most:N0} combinations, found {budget:N0}."));
        return grid.Draw(budget, Seed);
    }
}
