namespace AlgoStack.Trading.MarketData;

/// <summary>
/// Why a row was kept out. The texts are stable: they are stored, counted by, and printed at the end of a run.
/// </summary>
public static class GateReason
{
    public const string Unreadable = "unreadable";
    public const string LineTooLong = "line_too_long";
    public const string BadSymbol = "bad_symbol";
    public const string TooManySymbols = "too_many_symbols";
    public const string BadTime = "bad_time";
    public const string NotANumber = "not_a_number";
    public const string NonPositivePrice = "non_positive_price";
    public const string PriceOutOfRange = "price_out_of_range";
    public const string NegativeVolume = "negative_volume";
    public const string ImpossibleOhlc = "impossible_ohlc";
    public const string OutOfOrder = "out_of_order";
    public const string ConflictingDuplicate = "conflicting_duplicate";
    public const string FutureTime = "future_time";
    public const string Late = "late";
    public const string Crossed = "crossed";
    public const string BadRight = "bad_right";
}
