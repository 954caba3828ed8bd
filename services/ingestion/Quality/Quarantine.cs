using System.Globalization;

namespace AlgoStack.Ingestion.Quality;

/// <summary>A row that was kept out: where it was and why.</summary>
internal sealed record QuarantinedRow(long? Line, string? Instrument, string Reason, string Detail);

/// <summary>The rows of one file that were kept out: all counted by reason, the first of each reason kept in detail.</summary>
internal sealed class Quarantine
{
    /// <summary>Rows kept in detail for each reason; the rest are counted only.</summary>
    public const int MostDetailed = 1_000;

    private readonly Dictionary<string, long> _counts = [];
    private readonly List<QuarantinedRow> _details = [];

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public IReadOnlyList<QuarantinedRow> Details => _details;

    public long Total => _counts.Values.Sum();

    public void Add(long line, string? instrument, string reason, string detail) => Add(line, instrument, reason, () => detail);

    /// <param name="detail">Asked for only where it is kept.</param>
    public void Add(long line, string? instrument, string reason, Func<string> detail)
    {
        var count = _counts.GetValueOrDefault(reason);
        if (count < MostDetailed) _details.Add(new QuarantinedRow(line, instrument, reason, detail()));
        _counts[reason] = count + 1;
    }

    /// <summary>How many for which reason, the most frequent first, and what was wrong with the first row.</summary>
    public override string ToString() => _counts.Count == 0
        ? "the file has a header alone"
        : string.Join(", ", _counts.OrderByDescending(q => q.Value).Select(q => string.Create(CultureInfo.InvariantCulture, $"{q.Value} {q.Key}")))
            + (_details.Count > 0 ? string.Create(CultureInfo.InvariantCulture, $"; first, line {_details[0].Line}: {_details[0].Detail}") : "");
}

/// <summary>What became of the rows of one file.</summary>
/// <param name="Timeframe">Of bars; null for other kinds, and where it could not be told.</param>
/// <param name="Duplicates">Exact repeats, dropped.</param>
/// <param name="ContentHash">Of the accepted bars of a replay.</param>
/// <param name="Failure">Why it could not be read to its end, or gave nothing.</param>
internal sealed record FileAccount(
    long Read, long Accepted, long Duplicates, Quarantine Quarantined, string? Timeframe, string? ContentHash, string? Failure);
