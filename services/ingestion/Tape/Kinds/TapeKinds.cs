namespace AlgoStack.Ingestion.Tape.Kinds;

/// <summary>All kinds, as callers name them.</summary>
internal static class TapeKinds
{
    public static IReadOnlyList<TapeKind> All { get; } = [Bars.Kind, Trades.Kind, Quotes.Kind, Chain.Kind, Series.Kind];

    public static TapeKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);
}
