namespace AlgoStack.Strategies;

/// <summary>The one list of strategies there are: what is not here cannot be configured.</summary>
public static class StrategyCatalog
{
    /// <summary>In the order of their names, which is the order of signals of one bar.</summary>
    public static IReadOnlyList<StrategyEntry> All { get; } =
    [
        StrategyEntry.Of<BandReversion>(),
        StrategyEntry.Of<EmaCross>(),
    ];

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public static StrategyEntry Find(string name)
    {
        foreach (var entry in All)
        {
            if (string.Equals(entry.Name, name, StringComparison.Ordinal)) return entry;
        }

        throw new ArgumentException(
            $"Strategy: expected one of {string.Join(", ", All.Select(e => e.Name))}, found '{name}'.", nameof(name));
    }
}

/// <summary>What can be said and made of a strategy without knowing its type.</summary>
public abstract record StrategyEntry(string Name, string Parameters, ExplanationSchema Schema)
{
    public static StrategyEntry Of<TStrategy>()
        where TStrategy : struct, IStrategy<TStrategy> => new Typed<TStrategy>();

    /// <inheritdoc cref="IStrategy{TSelf}.Describe"/>
    public abstract string Describe(in Verdict verdict, double close);

    /// <summary>A runner in which no instrument has seen a bar.</summary>
    public abstract StrategyRunner NewRunner();

    private sealed record Typed<TStrategy>() : StrategyEntry(TStrategy.Name, TStrategy.Parameters, TStrategy.Schema)
        where TStrategy : struct, IStrategy<TStrategy>
    {
        public override string Describe(in Verdict verdict, double close) => TStrategy.Describe(verdict, close);

        public override StrategyRunner NewRunner() => new StrategyRunner<TStrategy>();
    }
}
