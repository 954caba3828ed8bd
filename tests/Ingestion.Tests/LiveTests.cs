using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Providers;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests;

public sealed class LiveTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>, IDisposable
{
    // The real ones are 30 s and more; their proportions are the same.
    private static readonly FeedTimings Quick = new()
    {
        Heartbeat = TimeSpan.FromSeconds(2),
        Answer = TimeSpan.FromSeconds(2),
        Connect = TimeSpan.FromSeconds(3),
        FirstRetry = TimeSpan.FromMilliseconds(20),
        LongestRetry = TimeSpan.FromMilliseconds(640),
    };

    private readonly Csv _csv = new();

    [Fact]
    public async Task A_live_feed_lives_through_all_that_happens_to_feeds()
    {
        await using var binance = await FakeVenue.BinanceAsync();
        await using var kraken = await FakeVenue.KrakenAsync();
        string[] settings = [$"--Feeds:Binance:Url={binance.Url}", $"--Feeds:Kraken:Url={kraken.Url}"];
        await fixture.RestartAsync(Quick, settings);
        var history = await fixture.Ingestion.ReplayAsync(new StartReplay(
            _csv.Write("BTCUSDT.csv", [Csv.Header, .. Csv.Minutes("BINANCE-SPOT:BTCUSDT", 0, 30)]), "max"));
        history.State.Should().Be("completed", history.Error);

        // Warm-up from the tape, then bars as the venue closes them; split frames and garbage in between.
        await FeedAsync("binance", "BTCUSDT");
        await Eventually.True(() => Live().Count == 1);
        Live()[0].WarmUp.Should().BeTrue();
        Live()[0].Bars.Count.Should().Be(30);
        var minute = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 60_000 * 60_000 - 10 * 60_000;
        await binance.SendAsync(Kline(minute, 10, final: false));
        await binance.SendAsync(Kline(minute, 11, final: true), pieceBytes: 7);
        await binance.SendAsync("{not json");
        await binance.SendAsync(Kline(minute + 60_000, 12, final: true));
        await Eventually.True(() => Live().Count == 3);
        Live()[1].Bars.Close.Should().Equal(11);
        Live()[1].WarmUp.Should().BeFalse();

        // A bad bar is kept out with its reason.
        await binance.SendAsync(Kline(minute + 120_000, -1, final: true));
        await Eventually.True(async () => (await fixture.Ingestion.StatusAsync("live")).Quarantined.ContainsKey("non_positive_price"));

        // Dropped: it comes back, with one subscription on the new connection.
        var heard = binance.Heard.Count;
        binance.Drop();
        await Eventually.True(() => binance.Heard.Count(f => Method(f) == "SUBSCRIBE") == 2);
        binance.Heard.Skip(heard).Count(f => Method(f) == "SUBSCRIBE").Should().Be(1);

        // Mute but open: asked, given up, told; and told again when it is back.
        binance.Mute = true;
        await Eventually.True(() => fixture.Listener.FeedNews.OfType<FeedWentQuiet>().Any(q => q.Provider == "binance"));
        binance.Heard.Should().Contain(f => Method(f) == "LIST_SUBSCRIPTIONS");
        binance.Mute = false;
        await Eventually.True(() => fixture.Listener.FeedNews.OfType<FeedRecovered>().Any());

        // A restart goes on with the sequence, and says good-bye first.
        await fixture.RestartAsync(Quick, settings);
        binance.Heard.Should().Contain(f => Method(f) == "UNSUBSCRIBE");
        await Eventually.True(() => binance.Connections >= 4);
        await Eventually.True(async () =>
        {
            await binance.SendAsync(Kline(minute + 180_000, 13, final: true));
            return Live().Count == 4;
        });
        Live().Select(b => b.Sequence).Should().Equal(1, 2, 3, 4);
        (await fixture.Ingestion.BarsAsync("live")).Should().BeEquivalentTo(Live().Select(b => b.Bars), o => o.WithStrictOrdering());

        // Kraken closes a bar by beginning the next; both venues share the session.
        await FeedAsync("kraken", "BTC/USD");
        await kraken.SendAsync("""{"channel":"heartbeat"}""");
        await kraken.SendAsync(Ohlc(minute + 240_000, 100));
        await kraken.SendAsync(Ohlc(minute + 240_000, 101));
        await kraken.SendAsync(Ohlc(minute + 300_000, 102));
        await Eventually.True(() => Live().Count == 6);
        Live()[4].Bars.Instruments.Should().Equal("BTCUSD.KRAKEN-SPOT");
        Live()[4].Bars.Close.Should().Equal(101);

        (await RefusedAsync("kraken", "NOPEUSD")).Should().Be((HttpStatusCode.BadRequest, "feed_refused"));
        (await RefusedAsync("kraken", "BTCUSD", "1h")).Should().Be((HttpStatusCode.Conflict, "timeframe_conflict"));
        (await RefusedAsync("nasdaq", "AAPL")).Should().Be((HttpStatusCode.BadRequest, "provider_unknown"));
        using var stopped = await fixture.Ingestion.Http.DeleteAsync("/feeds/kraken");
        stopped.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await fixture.ScalarAsync<string>("select string_agg(provider || ' ' || symbol, ', ') from subscriptions")).Should().Be("binance BTCUSDT");
    }

    public void Dispose() => _csv.Dispose();

    private static string? Method(JsonElement frame) => frame.GetProperty("method").GetString();

    private static string Kline(long startMs, double close, bool final) =>
        """{"stream":"btcusdt@kline_1m","data":{"e":"kline","E":<t>,"s":"BTCUSDT","k":{"t":<t>,"T":<T>,"s":"BTCUSDT","i":"1m","f":1,"L":2,"o":"<p>","c":"<p>","h":"<p>","l":"<p>","v":"1","n":1,"x":<x>}}}"""
            .Replace("<t>", startMs.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("<T>", (startMs + 59_999).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("<p>", close.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("<x>", final ? "true" : "false", StringComparison.Ordinal);

    private static string Ohlc(long startMs, double close) =>
        """{"channel":"ohlc","type":"update","data":[{"symbol":"BTC/USD","open":<p>,"high":<p>,"low":<p>,"close":<p>,"trades":1,"volume":1.5,"vwap":<p>,"interval_begin":"<t>","interval":1}]}"""
            .Replace("<t>", DateTimeOffset.FromUnixTimeMilliseconds(startMs).ToString("yyyy-MM-dd'T'HH:mm:ss'.000000000Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("<p>", close.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private IReadOnlyList<BarsClosed> Live() => [.. fixture.Listener.Of("live").DistinctBy(b => b.Sequence)];

    private async Task FeedAsync(string provider, string symbol)
    {
        using var response = await fixture.Ingestion.Http.PostAsJsonAsync("/feeds", new StartFeed(provider, [symbol]));
        response.StatusCode.Should().Be(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
    }

    private async Task<(HttpStatusCode, string?)> RefusedAsync(string provider, string symbol, string timeframe = "1m")
    {
        using var response = await fixture.Ingestion.Http.PostAsJsonAsync("/feeds", new StartFeed(provider, [symbol], timeframe));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        return (response.StatusCode, problem.GetProperty("code").GetString());
    }
}
