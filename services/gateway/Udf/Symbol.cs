using AlgoStack.Contracts.MarketData;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Gateway.Udf;

/// <summary>An instrument as a chart shows it. Its <c>ticker</c> there is our id.</summary>
internal sealed class Symbol
{
    public const string Stock = "stock";
    public const string Crypto = "crypto";
    public const string Forex = "forex";

    // A chart counts in numbers that are whole up to 2^53.
    private const int MostDecimals = 15;

    private static readonly HashSet<string> Money = new(StringComparer.OrdinalIgnoreCase)
    {
        "USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "TRY", "BRL", "SEK", "NOK", "MXN", "ZAR", "SGD", "HKD",
    };

    private readonly InstrumentTerms _terms;
    private readonly InstrumentId _id;

    /// <exception cref="ArgumentException">The terms are of no instrument.</exception>
    public Symbol(InstrumentTerms terms)
    {
        (_terms, _id) = (terms, new InstrumentId(terms.Id));
        Type = TypeOf(terms, _id);
        (PriceDecimals, VolumeDecimals) = (DecimalsOf(terms.Tick), DecimalsOf(terms.Lot));
    }

    public static IReadOnlyList<string> Types { get; } = [Stock, Crypto, Forex];

    public string Id => _terms.Id;

    public string Name => _id.Symbol;

    public string Venue => _id.Venue;

    public string Currency => _terms.Currency;

    public string Type { get; }

    public string Description => $"{Name} at {Venue}, in {Currency}";

    public int PriceDecimals { get; }

    public int VolumeDecimals { get; }

    /// <summary>A price step is <see cref="MinMove"/> parts of so many.</summary>
    public long PriceScale => Scale(PriceDecimals);

    public long MinMove => Math.Max(1, (long)Math.Min(decimal.Round(_terms.Tick * PriceScale), Scale(MostDecimals)));

    /// <summary>What accounts at a venue may call it: as it is written here, or without the strokes of a pair.</summary>
    public IEnumerable<string> NamesAt(string venue)
    {
        yield return $"{Name}.{venue}";

        var plain = Name.Replace("/", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
        if (plain != Name && plain.Length > 0) yield return $"{plain}.{venue}";
    }

    private static long Scale(int decimals) => (long)Math.Pow(10, decimals);

    private static int DecimalsOf(decimal step)
    {
        var decimals = 0;
        for (; decimals < MostDecimals && step != decimal.Truncate(step); decimals++) step *= 10;
        return decimals;
    }

    private static string TypeOf(InstrumentTerms terms, InstrumentId id)
    {
        if (InstrumentNaming.IsEquity(id)) return Stock;

        var asset = InstrumentNaming.BaseAsset(new Instrument(id, terms.Tick, terms.Lot, terms.Currency));
        return Money.Contains(asset) && Money.Contains(terms.Currency) ? Forex : Crypto;
    }
}
