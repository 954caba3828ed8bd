using AlgoStack.BarFiles;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape.Kinds;

/// <summary>Open, high, low, close and volume of a timeframe, by close time. Their files are read by the replay's own reader.</summary>
internal static class Bars
{
    public static TapeKind Kind { get; } = new()
    {
        Name = "bars",
        Table = "bars",
        Scope = "timeframe_s",
        Time = "closed_at",
        TimeUnit = 1_000,
        Ledger = "ledger",
        LedgerCount = "bars",
        Fields = [.. BarRows.Shape.Fields.Select(f => new TapeField(f.Name, FieldType.Number, f.Headers, Required: f.Required))],
        Headerless = BarRows.Shape.Headerless,
    };

    /// <summary>The scope of a timeframe.</summary>
    public static int Scope(Timeframe timeframe) => checked((int)(timeframe.Milliseconds / 1_000));

    /// <param name="subjects">Numbers of the columns' instruments on the tape, in their order.</param>
    public static TapeRows Rows(BarColumns bars, Timeframe timeframe, int[] subjects) => new(
        Kind,
        Scope(timeframe),
        subjects,
        bars.Instrument,
        bars.CloseMs,
        [new(bars.Open), new(bars.High), new(bars.Low), new(bars.Close), new(bars.Volume)]);

    /// <param name="subjects">Numbers on the tape of the instruments that the bars refer to.</param>
    public static TapeRows Rows(InstrumentBar[] bars, Timeframe timeframe, int[] subjects) => new(
        Kind,
        Scope(timeframe),
        subjects,
        Array.ConvertAll(bars, b => b.Instrument),
        Array.ConvertAll(bars, b => b.Bar.CloseMs),
        [
            new(Array.ConvertAll(bars, b => b.Bar.Open)),
            new(Array.ConvertAll(bars, b => b.Bar.High)),
            new(Array.ConvertAll(bars, b => b.Bar.Low)),
            new(Array.ConvertAll(bars, b => b.Bar.Close)),
            new(Array.ConvertAll(bars, b => b.Bar.Volume)),
        ]);

    /// <param name="names">Of the rows' subjects, in their order.</param>
    public static BarColumns Columns(TapeRows rows, IReadOnlyList<string> names) => new(
        names,
        rows.Subject,
        rows.At,
        rows.Columns[0].Numbers!,
        rows.Columns[1].Numbers!,
        rows.Columns[2].Numbers!,
        rows.Columns[3].Numbers!,
        rows.Columns[4].Numbers!);
}
