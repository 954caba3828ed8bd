using System.Globalization;
using System.Text.Json;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers.Kraken;

/// <summary>
/// Kraken spot, WebSocket v2: the ohlc channel. It has no final flag: a bar is final when the next interval has begun,
/// which is for the caller to see.
/// </summary>
internal sealed class KrakenProtocol : IVenueProtocol
{
    private const int SubscribeId = 1;
    private const int UnsubscribeId = 2;
    private const int ProbeId = 3;
    private const long MinuteMs = 60_000;

    // Minutes; the longest there is, 21600 (15 days), is written 15d.
    private static readonly Timeframe[] Intervals =
        [.. ((int[])[1, 5, 15, 30, 60, 240, 1_440, 10_080, 21_600]).Select(minutes => new Timeframe(minutes * MinuteMs))];

    public string Provider => "kraken";

    public string Venue => "KRAKEN-SPOT";

    public Uri DefaultUrl { get; } = new("wss://ws.kraken.com/v2");

    public IReadOnlyCollection<Timeframe> Timeframes => Intervals;

    public bool MarksFinalBars => false;

    public string? Normalize(string symbol)
    {
        var plain = symbol.Replace("/", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
        return plain.Length is >= 5 and <= 20 && plain.All(char.IsAsciiLetterOrDigit) && Pair(plain) is not null ? plain : null;
    }

    public string Subscribe(IReadOnlyCollection<string> symbols, Timeframe timeframe) => Request("subscribe", symbols, timeframe, SubscribeId);

    public string Unsubscribe(IReadOnlyCollection<string> symbols, Timeframe timeframe) => Request("unsubscribe", symbols, timeframe, UnsubscribeId);

    public string Probe() => string.Create(CultureInfo.InvariantCulture, $$"""{"method":"ping","req_id":{{ProbeId}}}""");

    public IEnumerable<VenueMessage> Read(ReadOnlyMemory<byte> frame, Timeframe timeframe)
    {
        using var document = JsonDocument.Parse(frame);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException("Expected an object.");

        if (root.TryGetProperty("method", out var method))
        {
            if (method.ValueKind != JsonValueKind.String || method.GetString() != "subscribe") return [];
            return root.Flag("success")
                ? [new SubscriptionAccepted()]
                : [new SubscriptionRefused(root.TryGetProperty("error", out var error) ? error.ToString() : "refused")];
        }

        return root.Text("channel") == "ohlc" ? ReadBars(root.Member("data"), timeframe) : [];
    }

    private static List<VenueMessage> ReadBars(JsonElement data, Timeframe timeframe)
    {
        if (data.ValueKind != JsonValueKind.Array) throw new JsonException("Expected a list in 'data'.");

        var bars = new List<VenueMessage>();
        foreach (var item in data.EnumerateArray())
        {
            if (item.Integer("interval") * MinuteMs != timeframe.Milliseconds) continue;
            var begin = item.Text("interval_begin");
            if (!DateTimeOffset.TryParse(begin, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var start))
            {
                throw new JsonException($"Expected a time in 'interval_begin', found '{begin}'.");
            }

            var bar = new Bar(
                start.ToUnixTimeMilliseconds() + timeframe.Milliseconds,
                item.Number("open"),
                item.Number("high"),
                item.Number("low"),
                item.Number("close"),
                item.Number("volume"));
            bars.Add(new BarUpdated(item.Text("symbol").Replace("/", "", StringComparison.Ordinal), bar, Final: false));
        }

        return bars;
    }

    private static string? Pair(string symbol)
    {
        var quote = InstrumentNaming.QuoteCurrency(symbol);
        return quote is null ? null : $"{symbol[..^quote.Length]}/{quote}";
    }

    private static string Request(string method, IReadOnlyCollection<string> symbols, Timeframe timeframe, int id) =>
        JsonSerializer.Serialize(new
        {
            method,
            // History comes from the tape; the running interval is sent whole with each update.
            @params = new { channel = "ohlc", symbol = symbols.Select(Pair), interval = timeframe.Milliseconds / MinuteMs, snapshot = false },
            req_id = id,
        });
}
