using System.Globalization;
using System.Text.Json;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers.Binance;

/// <summary>Binance spot: combined kline streams. A kline with <c>x</c> true is final. Server pings are answered by the socket.</summary>
internal sealed class BinanceProtocol : IVenueProtocol
{
    private const int SubscribeId = 1;
    private const int UnsubscribeId = 2;
    private const int ProbeId = 3;

    private static readonly Dictionary<Timeframe, string> Intervals =
        ((string[])["1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w"])
        .ToDictionary(i => Timeframe.TryParse(i, out var timeframe) ? timeframe : throw new InvalidOperationException(i));

    public string Provider => "binance";

    public string Venue => "BINANCE-SPOT";

    public Uri DefaultUrl { get; } = new("wss://stream.binance.com:9443/stream");

    public IReadOnlyCollection<Timeframe> Timeframes => Intervals.Keys;

    public bool MarksFinalBars => true;

    public string? Normalize(string symbol)
    {
        var plain = symbol.Replace("/", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
        return plain.Length is >= 5 and <= 20 && plain.All(char.IsAsciiLetterOrDigit) ? plain : null;
    }

    public string Subscribe(IReadOnlyCollection<string> symbols, Timeframe timeframe) => Request("SUBSCRIBE", symbols, timeframe, SubscribeId);

    public string Unsubscribe(IReadOnlyCollection<string> symbols, Timeframe timeframe) => Request("UNSUBSCRIBE", symbols, timeframe, UnsubscribeId);

    public string Probe() => string.Create(CultureInfo.InvariantCulture, $$"""{"method":"LIST_SUBSCRIPTIONS","id":{{ProbeId}}}""");

    public IEnumerable<VenueMessage> Read(ReadOnlyMemory<byte> frame, Timeframe timeframe)
    {
        using var document = JsonDocument.Parse(frame);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw new JsonException("Expected an object.");

        if (root.TryGetProperty("error", out var error) || root.TryGetProperty("code", out _))
        {
            var reason = error.ValueKind == JsonValueKind.Object ? error : root;
            return [new SubscriptionRefused(reason.TryGetProperty("msg", out var msg) ? msg.ToString() : reason.ToString())];
        }

        if (root.TryGetProperty("result", out _)) return IsAnswerTo(root, SubscribeId) ? [new SubscriptionAccepted()] : [];

        // Combined streams wrap the event, plain ones do not.
        var data = root.TryGetProperty("data", out var wrapped) ? wrapped : root;
        return data.Text("e") switch
        {
            "kline" => ReadKline(data, timeframe),
            "serverShutdown" => [new VenueLeaving()],
            _ => [],
        };
    }

    private static VenueMessage[] ReadKline(JsonElement data, Timeframe timeframe)
    {
        var kline = data.Member("k");
        if (kline.Text("i") != Intervals[timeframe]) return [];

        var bar = new Bar(
            kline.Integer("t") + timeframe.Milliseconds,
            kline.Number("o"),
            kline.Number("h"),
            kline.Number("l"),
            kline.Number("c"),
            kline.Number("v"));
        return [new BarUpdated(kline.Text("s"), bar, kline.Flag("x"))];
    }

    private static bool IsAnswerTo(JsonElement root, int id) =>
        root.TryGetProperty("id", out var answered) && answered.ValueKind == JsonValueKind.Number && answered.TryGetInt32(out var number) && number == id;

    private static string Request(string method, IReadOnlyCollection<string> symbols, Timeframe timeframe, int id) =>
        JsonSerializer.Serialize(new
        {
            method,
            @params = symbols.Select(s => $"{s.ToLowerInvariant()}@kline_{Intervals[timeframe]}"),
            id,
        });
}
