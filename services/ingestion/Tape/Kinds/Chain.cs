using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape.Kinds;

/// <summary>
/// Snapshots of option chains: one row a contract and instant, of the underlying. Values are as the source has them;
/// what it does not say is null. A later revision of a row replaces all of it.
/// </summary>
internal static class Chain
{
    private const int Expiry = 0, Strike = 1, Right = 2, Bid = 3, BidSize = 4, Ask = 5, AskSize = 6, Last = 7;

    public static TapeKind Kind { get; } = new()
    {
        Name = "chain",
        Table = "chains",
        Time = "taken_at",
        Ledger = "chains_ledger",
        SubjectHeaders = "underlying symbol ticker instrument",
        Fields =
        [
            new("expiry", FieldType.Date, "expiry expiration expirydate expirationdate", FieldRole.Key, Required: true),
            new("strike", FieldType.Number, "strike strikeprice", FieldRole.Key, Required: true),
            new("right", FieldType.Word, "right optiontype callput cp", FieldRole.Key, Required: true),
            new("bid", FieldType.Number, "bid bidprice bidclose"),
            new("bid_size", FieldType.Number, "bidsize"),
            new("ask", FieldType.Number, "ask askprice askclose"),
            new("ask_size", FieldType.Number, "asksize"),
            new("last", FieldType.Number, "last lastprice close"),
            new("volume", FieldType.Number, "volume"),
            new("open_interest", FieldType.Number, "openinterest oi"),
            new("implied_volatility", FieldType.Number, "impliedvolatility iv"),
            new("delta", FieldType.Number, "delta"),
            new("gamma", FieldType.Number, "gamma"),
            new("vega", FieldType.Number, "vega"),
            new("theta", FieldType.Number, "theta"),
            new("rho", FieldType.Number, "rho"),
            new("underlying_price", FieldType.Number, "underlyingclose underlyingprice spot"),
        ],
        Refuse = Refuse,
    };

    private static string? Refuse(TapeRow row)
    {
        if (row.Value(Expiry) == TapeColumn.Null) return GateReason.BadTime;
        if (!double.IsFinite(row.Number(Strike))) return GateReason.NotANumber;
        if (row.Number(Strike) <= 0 || row.Number(Last) < 0) return GateReason.NonPositivePrice;
        if (row.Word(Right) is not ("C" or "P")) return GateReason.BadRight;
        return Quotes.RefuseSides(row.Number(Bid), row.Number(BidSize), row.Number(Ask), row.Number(AskSize));
    }
}
