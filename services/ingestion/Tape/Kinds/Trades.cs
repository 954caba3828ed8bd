using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape.Kinds;

/// <summary>Prints, by the time of the trade. Known by the venue's id, or by their place in their instant where the source has none.</summary>
internal static class Trades
{
    private const int Price = 2, Size = 3;

    public static TapeKind Kind { get; } = new()
    {
        Name = "trades",
        Table = "trades",
        Time = "traded_at",
        Ledger = "trades_ledger",
        Fields =
        [
            new("trade_id", FieldType.Word, "tradeid id aggid aggtradeid", FieldRole.Key),
            new("place", FieldType.Integer, "", FieldRole.Place),
            new("price", FieldType.Number, "price p lastprice", Required: true),
            new("size", FieldType.Number, "size quantity qty amount q volume", Required: true),
            new("side", FieldType.Word, "side takerside aggressor"),
            new("exchange", FieldType.Word, "exchange ex"),
            new("condition", FieldType.Word, "condition conditions salecondition"),
        ],
        Refuse = Refuse,
    };

    private static string? Refuse(TapeRow row)
    {
        if (!double.IsFinite(row.Number(Price)) || !double.IsFinite(row.Number(Size))) return GateReason.NotANumber;
        if (row.Number(Price) <= 0) return GateReason.NonPositivePrice;
        return row.Number(Size) < 0 ? GateReason.NegativeVolume : null;
    }
}
