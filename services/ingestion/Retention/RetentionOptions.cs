namespace AlgoStack.Ingestion.Retention;

/// <summary>
/// How many whole months of each table stay on the tape before they are archived: section <c>Retention</c>. Archives are
/// kept until somebody deletes them.
/// </summary>
internal sealed class RetentionOptions
{
    /// <summary>The market store: trades, quotes and every table that has no figure of its own.</summary>
    public const int MarketMonths = 12;

    /// <summary>By table; prices five years, snapshots three.</summary>
    public Dictionary<string, int> Months { get; } = new(StringComparer.Ordinal)
    {
        ["bars"] = 60,
        ["observations"] = 60,
        ["chains"] = 36,
        ["trades"] = MarketMonths,
        ["quotes"] = MarketMonths,
    };
}
