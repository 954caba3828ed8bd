using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape.Kinds;

/// <summary>
/// Best bid and ask, by the time of the quote. A side that is empty or 0 is not quoted. Known by the venue's id, or by
/// their place in their instant where the source has none.
/// </summary>
internal static class Quotes
{
    private const int Bid = 2, BidSize = 3, Ask = 4, AskSize = 5;

    public static TapeKind Kind { get; } = new()
    {
        Name = "quotes",
        Table = "quotes",
        Time = "quoted_at",
        Ledger = "quotes_ledger",
        Fields =
        [
            new("quote_id", FieldType.Word, "updateid quoteid id sequence seq", FieldRole.Key),
            new("place", FieldType.Integer, "", FieldRole.Place),
            new("bid", FieldType.Number, "bid bidprice bidclose b", Required: true),
            new("bid_size", FieldType.Number, "bidsize bidqty bidquantity bs"),
            new("ask", FieldType.Number, "ask askprice askclose a", Required: true),
            new("ask_size", FieldType.Number, "asksize askqty askquantity as"),
            new("exchange", FieldType.Word, "exchange ex"),
            new("condition", FieldType.Word, "condition conditions"),
        ],
        Refuse = row => RefuseSides(row.Number(Bid), row.Number(BidSize), row.Number(Ask), row.Number(AskSize)),
    };

    /// <summary>What makes two sides impossible together; NaN or 0 is a side that is not there.</summary>
    public static string? RefuseSides(double bid, double bidSize, double ask, double askSize)
    {
        if (double.IsInfinity(bid) || double.IsInfinity(bidSize) || double.IsInfinity(ask) || double.IsInfinity(askSize)) return GateReason.NotANumber;
        if (bid < 0 || ask < 0) return GateReason.NonPositivePrice;
        if (bidSize < 0 || askSize < 0) return GateReason.NegativeVolume;
        return bid > ask && ask > 0 ? GateReason.Crossed : null;
    }
}
