using System.Text;
using System.Text.Json;
using AlgoStack.Ingestion.Providers;
using AlgoStack.Ingestion.Providers.Binance;
using AlgoStack.Ingestion.Providers.Kraken;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Providers;

public sealed class VenueProtocolTests
{
    private readonly BinanceProtocol _binance = new();
    private readonly KrakenProtocol _kraken = new();

    [Fact]
    public void Binance_asks_for_klines_in_lower_case() =>
        _binance.Subscribe(["BTCUSDT", "ETHUSDT"], Timeframe.Minute).Should().Be(
            """{"method":"SUBSCRIBE","params":["btcusdt@kline_1m","ethusdt@kline_1m"],"id":1}""");

    [Fact]
    public void Kraken_asks_for_pairs_and_minutes() =>
        _kraken.Subscribe(["BTCUSD", "ETHUSDT"], Timeframe.Hour).Should().Be(
            """{"method":"subscribe","params":{"channel":"ohlc","symbol":["BTC/USD","ETH/USDT"],"interval":60,"snapshot":false},"req_id":1}""");

    [Fact]
    public void A_kline_is_stamped_at_its_close() =>
        Read(_binance, """{"stream":"bnbbtc@kline_1m","data":{"e":"kline","E":1672515782136,"s":"BNBBTC","k":{"t":1672515780000,"T":1672515839999,"s":"BNBBTC","i":"1m","f":100,"L":200,"o":"0.0010","c":"0.0020","h":"0.0025","l":"0.0015","v":"1000","n":100,"x":true}}}""")
            .Should().Equal(new BarUpdated("BNBBTC", new Bar(1_672_515_840_000, 0.001, 0.0025, 0.0015, 0.002, 1_000), Final: true));

    [Fact]
    public void An_ohlc_update_is_stamped_at_its_close() =>
        Read(_kraken, """{"channel":"ohlc","type":"update","timestamp":"2023-10-04T16:26:30.524394914Z","data":[{"symbol":"MATIC/USD","open":0.5624,"high":0.5628,"low":0.5622,"close":0.5627,"trades":12,"volume":30927.68066226,"vwap":0.5626,"interval_begin":"2023-10-04T16:25:00.000000000Z","interval":1,"timestamp":"2023-10-04T16:26:00.000000Z"}]}""")
            .Should().Equal(new BarUpdated("MATICUSD", new Bar(1_696_436_760_000, 0.5624, 0.5628, 0.5622, 0.5627, 30927.68066226), Final: false));

    [Theory]
    [InlineData("binance", """{"result":null,"id":1}""", "SubscriptionAccepted")]
    [InlineData("binance", """{"result":null,"id":2}""", "")]
    [InlineData("binance", """{"error":{"code":2,"msg":"Invalid request: unknown variant"},"id":1}""", "SubscriptionRefused")]
    [InlineData("binance", """{"code":0,"msg":"Value not allowed"}""", "SubscriptionRefused")]
    [InlineData("binance", """{"e":"serverShutdown","E":1770123456789}""", "VenueLeaving")]
    [InlineData("binance", """{"e":"trade","s":"BNBBTC","p":"0.001"}""", "")]
    [InlineData("kraken", """{"channel":"heartbeat"}""", "")]
    [InlineData("kraken", """{"method":"pong","req_id":3}""", "")]
    [InlineData("kraken", """{"error":"Currency pair not supported","method":"subscribe","success":false}""", "SubscriptionRefused")]
    public void Other_frames_are_known_for_what_they_are(string venue, string frame, string message) =>
        string.Join(' ', Read(venue == "binance" ? _binance : _kraken, frame).Select(m => m.GetType().Name)).Should().Be(message);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("""{"e":7}""")]
    [InlineData("""{"channel":["ohlc"]}""")]
    [InlineData("""{"channel":"ohlc","data":{"symbol":"A/USD"}}""")]
    [InlineData("""{"channel":"ohlc","data":[{"symbol":"A/USD","interval":1}]}""")]
    [InlineData("""{"e":"kline","k":{"i":"1m","t":"soon"}}""")]
    public void Garbage_is_a_json_exception_and_nothing_else(string frame)
    {
        foreach (var protocol in (IVenueProtocol[])[_binance, _kraken])
        {
            try
            {
                Read(protocol, frame);
            }
            catch (JsonException)
            {
                // The one way a frame may fail.
            }
        }
    }

    [SharedDataTheory]
    [InlineData("binance")]
    [InlineData("kraken")]
    public void Recorded_dialogues_are_read_without_a_fault(string venue)
    {
        IVenueProtocol protocol = venue == "binance" ? _binance : _kraken;
        var sheet = JsonDocument.Parse(File.ReadAllText(SharedData.ProtocolPath($"{venue}/stream.json")));
        var bars = new List<BarUpdated>();
        foreach (var frame in sheet.RootElement.GetProperty("cases").EnumerateArray()
            .Where(c => !c.GetProperty("url").GetString()!.Contains("ws-api", StringComparison.Ordinal))
            .SelectMany(c => c.GetProperty("frames").EnumerateArray())
            .Where(f => f.GetProperty("dir").GetString() == "s>c"))
        {
            bars.AddRange(Read(protocol, frame.GetProperty("frame").GetRawText()).OfType<BarUpdated>());
        }

        if (venue == "binance")
        {
            bars.Should().Equal(new BarUpdated("BNBBTC", new Bar(1_672_515_840_000, 0.001, 0.0025, 0.0015, 0.002, 1_000), Final: false));
        }
    }

    [Fact]
    public void Retries_double_to_half_a_minute_and_differ_by_a_quarter()
    {
        var timings = new FeedTimings();

        Enumerable.Range(0, 8).Select(a => timings.RetryAfter(a, 0.5).TotalSeconds).Should().Equal(1, 2, 4, 8, 16, 32, 32, 32);
        timings.RetryAfter(3, 0).TotalSeconds.Should().Be(6);
        timings.RetryAfter(3, 1).TotalSeconds.Should().Be(10);
        (timings.Heartbeat + timings.Answer).Should().Be(TimeSpan.FromSeconds(40));
    }

    private static VenueMessage[] Read(IVenueProtocol protocol, string frame) => [.. protocol.Read(Encoding.UTF8.GetBytes(frame), Timeframe.Minute)];
}
