using System.Globalization;

namespace AlgoStack.Trading.MarketData;

/// <summary>
/// A trade or a quote: Unix microseconds, UTC. Prices are in the instrument's quote currency, sizes in its units. A quote's side
/// whose price is 0 or NaN is not quoted by it, which says nothing about what stands there already; a size of NaN was not given.
/// </summary>
/// <param name="Price">Of a trade its price, of a quote the bid.</param>
/// <param name="Size">Of a trade its size, of a quote what is bid for.</param>
/// <param name="Ask">Of a quote; of a trade 0.</param>
/// <param name="AskSize">Of a quote; of a trade 0.</param>
public readonly record struct Tick(long TimeUs, TickKind Kind, double Price, double Size, double Ask, double AskSize)
{
    // As of bars: decimal, which orders are made of, holds neither more nor less to the tick.
    private const double LowestPrice = 1e-9;
    private const double HighestPrice = 1e15;
    private const double LargestSize = 1e18;

    /// <summary>Why it can be neither a trade nor a quote: what was expected and what was found; null where it can.</summary>
    public string? Problem() => Kind switch
    {
        TickKind.Trade when !IsPrice(Price) => Text($"expected a price from 1e-9 to 1e15, found {Price}"),
        TickKind.Trade when !IsSize(Size) => Text($"expected a size from 0 to 1e18, found {Size}"),
        TickKind.Trade => null,
        TickKind.Quote when !IsSide(Price, Size) => Text($"expected a bid of 0, or from 1e-9 to 1e15 for 0 to 1e18, found {Price} for {Size}"),
        TickKind.Quote when !IsSide(Ask, AskSize) => Text($"expected an ask of 0, or from 1e-9 to 1e15 for 0 to 1e18, found {Ask} for {AskSize}"),
        TickKind.Quote when Price > Ask && Ask > 0 => Text($"expected a bid of at most the ask, found {Price} and {Ask}"),
        TickKind.Quote => null,
        _ => Text($"expected a trade or a quote, found kind {(byte)Kind}"),
    };

    public static Tick Trade(long timeUs, double price, double size) => new(timeUs, TickKind.Trade, price, size, 0, 0);

    public static Tick Quote(long timeUs, double bid, double bidSize, double ask, double askSize) =>
        new(timeUs, TickKind.Quote, bid, bidSize, ask, askSize);

    private static bool IsPrice(double price) => price is >= LowestPrice and <= HighestPrice;

    private static bool IsSize(double size) => size is >= 0 and <= LargestSize;

    private static bool IsSide(double price, double size) =>
        price is 0 or double.NaN || (IsPrice(price) && (double.IsNaN(size) || IsSize(size)));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
