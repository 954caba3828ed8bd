using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape.Kinds;

/// <summary>
/// Economic series, by the date observed. A value that was revised by its publisher is a vintage of its own, known from a
/// day on; a file without that column leaves it unknown. A missing value is null.
/// </summary>
internal static class Series
{
    private const int Value = 1;

    public static TapeKind Kind { get; } = new()
    {
        Name = "series",
        Table = "observations",
        Subject = "series",
        SubjectHeaders = "series seriesid symbol",
        Time = "observed_at",
        Ledger = "observations_ledger",
        Fields =
        [
            new("known_from", FieldType.Date, "knownfrom vintage vintagedate realtimestart", FieldRole.Vintage),
            new("value", FieldType.Number, "value percent", Required: true),
        ],
        Refuse = row => double.IsInfinity(row.Number(Value)) ? GateReason.NotANumber : null,
    };
}
