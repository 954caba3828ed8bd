namespace AlgoStack.Backtesting.Sweeps;

/// <summary>What the combinations of a sweep are ranked by: the more, the better.</summary>
/// <param name="Name">As it is asked for, such as <c>sharpe</c>.</param>
/// <param name="Of">Null where it cannot be known.</param>
public sealed record Measure(string Name, Func<SweepFigures, double?> Of)
{
    public static Measure Sharpe { get; } = new("sharpe", figures => figures.Sharpe);

    /// <summary>In the order of their names.</summary>
    public static IReadOnlyList<Measure> All { get; } =
    [
        new("annual-return", figures => figures.AnnualReturn),
        new("calmar", figures => figures.MaxDrawdown > 0 ? figures.AnnualReturn / figures.MaxDrawdown : null),
        new("profit-factor", figures => figures.ProfitFactor),
        Sharpe,
        new("total-return", figures => figures.TotalReturn),
    ];

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static Measure Find(string name) => All.FirstOrDefault(measure => measure.Name == name)
        ?? throw new ArgumentException($"Measure: expected one of {string.Join(", ", All.Select(m => m.Name))}, found '{name}'.", nameof(name));
}
