namespace AlgoStack.Trading.Instruments;

/// <summary>
/// From the symbol a source uses to our instrument. <c>V:S</c> becomes <c>S.V</c>; a bare <c>S</c> becomes <c>S.SIM</c>
/// unless a venue is given. The one place that tells an equity from a pair:
/// <list type="number">
/// <item>a venue that ends in <c>-SPOT</c>, <c>-PERP</c> or <c>-FUTURE</c>, or a known crypto or FX venue: a pair;</item>
/// <item>a symbol that ends in <c>-PERP</c> or is written <c>BASE/QUOTE</c>: a pair;</item>
/// <item>six or more characters, letters and digits only, that end in a known quote currency: a pair;</item>
/// <item>everything else is an equity.</item>
/// </list>
/// </summary>
public static class InstrumentNaming
{
    public const string DefaultVenue = "SIM";

    private const int FewestPairCharacters = 6;
    private const string DefaultCurrency = "USD";

    private static readonly HashSet<string> PairVenues = new(StringComparer.OrdinalIgnoreCase)
    {
        "BINANCE", "BITFINEX", "BITMEX", "BITSTAMP", "BYBIT", "COINBASE", "DERIBIT", "DYDX", "FXCM", "GEMINI",
        "HUOBI", "KRAKEN", "KUCOIN", "OANDA", "OKX",
    };

    private static readonly string[] PairVenueEndings = ["-SPOT", "-PERP", "-FUTURE"];

    // Longest first: BTCFDUSD is quoted in FDUSD, not in USD.
    private static readonly string[] QuoteCurrencies =
    [
        "FDUSD", "USDT", "USDC", "BUSD", "TUSD", "USDP", "BTC", "ETH", "BNB", "DAI", "XBT",
        "USD", "EUR", "GBP", "JPY", "CHF", "AUD", "CAD", "NZD", "TRY", "BRL", "SEK", "NOK", "MXN", "ZAR", "SGD", "HKD",
    ];

    /// <summary>False, with the reason, when no instrument can be named so.</summary>
    public static bool TryName(string symbol, string? venue, out Instrument? instrument, out string error)
    {
        instrument = null;
        var colon = symbol.IndexOf(':', StringComparison.Ordinal);
        var name = colon > 0
            ? $"{symbol[(colon + 1)..]}.{symbol[..colon]}"
            : $"{symbol}.{venue ?? DefaultVenue}";
        if (symbol.Length == 0)
        {
            error = "Symbol: expected a name, found nothing.";
            return false;
        }

        if (!InstrumentId.TryParse(name, out var id, out error)) return false;

        instrument = Describe(id);
        return true;
    }

    /// <summary>The instrument with the terms that its kind has when nobody says otherwise.</summary>
    public static Instrument Describe(InstrumentId id) =>
        IsEquity(id)
            ? new Instrument(id, Tick: 0.01m, Lot: 1m, DefaultCurrency)
            : new Instrument(id, Tick: 0.00000001m, Lot: 0.00000001m, QuoteCurrency(id.Symbol) ?? DefaultCurrency);

    public static bool IsEquity(InstrumentId id)
    {
        var venue = id.Venue;
        if (PairVenues.Contains(venue)) return false;
        if (Array.Exists(PairVenueEndings, e => venue.EndsWith(e, StringComparison.OrdinalIgnoreCase))) return false;

        var symbol = id.Symbol;
        if (symbol.Contains('/', StringComparison.Ordinal)) return false;
        if (symbol.EndsWith("-PERP", StringComparison.OrdinalIgnoreCase)) return false;

        return symbol.Length < FewestPairCharacters || !symbol.All(char.IsAsciiLetterOrDigit) || QuoteCurrency(symbol) is null;
    }

    /// <summary>What an instrument is a quantity of: a pair's first coin, an equity itself.</summary>
    public static string BaseAsset(Instrument instrument)
    {
        var symbol = instrument.Id.Symbol;
        var slash = symbol.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0) return symbol[..slash];

        return IsEquity(instrument.Id) || !symbol.EndsWith(instrument.Currency, StringComparison.OrdinalIgnoreCase)
            ? symbol
            : symbol[..^instrument.Currency.Length];
    }

    /// <summary>What a pair is quoted in, or null when its name does not tell.</summary>
    public static string? QuoteCurrency(string symbol)
    {
        var slash = symbol.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0) return symbol[(slash + 1)..].ToUpperInvariant();

        return Array.Find(
            QuoteCurrencies,
            q => symbol.Length > q.Length && symbol.EndsWith(q, StringComparison.OrdinalIgnoreCase));
    }
}
