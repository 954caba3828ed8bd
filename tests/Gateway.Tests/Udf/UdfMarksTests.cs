using System.Globalization;
using System.Text.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Contracts.Signals;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Udf;

/// <summary>Signals, orders, fills, splits and dividends on charts of the real ingestion's tape; who tells of them is played by a peer.</summary>
public sealed class UdfMarksTests(UdfFixture fixture) : IClassFixture<UdfFixture>
{
    private const long Open = UdfFixture.Open;
    private const string Newest = "replay-2";

    private static readonly DateTimeOffset OpenAt = DateTimeOffset.FromUnixTimeSeconds(Open);

    [Fact]
    public async Task Signals_are_marked_on_the_bars_that_raised_them()
    {
        await using var desk = await DeskAsync();
        await using var gateway = await StartAsync(desk);

        var marks = await UdfFixture.AskAsync(gateway, $"marks?symbol=MIN.SIM&from={Open}&to={Open + 3_600}&resolution=1", UdfRules.Marks);

        Texts(marks, "id").Should().Equal("s-1", "s-2", "live-1");
        Times(marks).Should().Equal(Open, Open + 60, Open + 600);
        Texts(marks, "label").Should().Equal("L", "S", "F");
        Texts(marks, "color").Should().Equal("green", "red", "blue");
        Texts(marks, "text").First().Should().Be("ema-cross: Long at 101.5, score 0.72 (1m, replay-2). It crossed.");
        desk.Asked.Should().NotContain(path => path.Contains("replay-1", StringComparison.Ordinal), "it has none of the newest signals");
    }

    [Theory]
    [InlineData("5", 0, 0, 600)]
    [InlineData("60", -1_800, -1_800, -1_800)]
    [InlineData("1D", -52_200, -52_200, -52_200)]
    [InlineData("1W", -138_600, -138_600, -138_600)]
    public async Task A_mark_stands_on_the_bar_of_the_chart(string resolution, long first, long second, long third)
    {
        await using var desk = await DeskAsync();
        await using var gateway = await StartAsync(desk);

        var marks = await UdfFixture.AskAsync(gateway, $"marks?symbol=MIN.SIM&from={Open - 1_000_000}&to={Open + 1_000}&resolution={resolution}", UdfRules.Marks);

        Times(marks).Should().Equal(Open + first, Open + second, Open + third);
    }

    [Theory]
    [InlineData(0, 0, "s-1")]
    [InlineData(60, 60, "s-2")]
    [InlineData(61, 599, "")]
    public async Task Marks_outside_of_the_stretch_are_left_out(long from, long to, string ids)
    {
        await using var desk = await DeskAsync();
        await using var gateway = await StartAsync(desk);

        var marks = await UdfFixture.AskAsync(gateway, $"marks?symbol=MIN.SIM&from={Open + from}&to={Open + to}&resolution=1", UdfRules.Marks);

        string.Join(',', Texts(marks, "id")).Should().Be(ids);
    }

    [Fact]
    public async Task Fills_orders_without_any_splits_and_dividends_are_marked_on_the_scale_of_time()
    {
        await using var desk = await DeskAsync();
        await using var gateway = await StartAsync(desk);

        var marks = await UdfFixture.AskAsync(gateway, $"timescale_marks?symbol=MIN.SIM&from={Open}&to={Open + 3_600}&resolution=1", UdfRules.TimescaleMarks);

        marks.EnumerateArray().Select(m => $"{Text(m, "id")} {Text(m, "label")} {Text(m, "color")} {m.GetProperty("time").GetInt64() - Open}").Should().Equal(
            $"fill-o-1-{Open + 60} B green 60",
            "fill-o-3-" + (Open + 180) + " S red 180",
            "order-o-2 O yellow 180",
            "MIN.ALPACA:dividend:2024-01-02 D blue 240",
            "MIN.ALPACA:split:2024-01-02 X blue 300");
        Lines(marks, 0).Should().Equal("Buy 10 MIN.SIM at 101.3", "account paper-replay-2, order o-1");
        Lines(marks, 1).Should().Equal("Sell 5 MIN.ALPACA at 99.5", "account main, order o-3");
        Lines(marks, 2).Should().Equal("Buy 7 MIN.SIM, Limit", "Denied: position_limit", "ema-cross, account paper-replay-2");
        Lines(marks, 3).Should().Equal("Dividend of 0.25 USD a share", "MIN.ALPACA");
        Lines(marks, 4).Should().Equal("Split: 4 for 1", "MIN.ALPACA");
        desk.Asked.Should().NotContain(path => path.Contains("paper-replay-1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pair_is_found_on_accounts_that_write_it_without_its_stroke()
    {
        await using var desk = await DeskAsync();
        await using var gateway = await StartAsync(desk);

        await UdfFixture.AskAsync(gateway, "timescale_marks?symbol=BTC%2FUSDT.KRAKEN&from=0&to=2000000000&resolution=1D", UdfRules.TimescaleMarks);

        desk.Asked.Where(path => path.StartsWith("/orders?account=main", StringComparison.Ordinal)).Select(path => path.Split('&')[1]).Should().Equal(
            "instrument=BTC%2FUSDT.ALPACA", "instrument=BTCUSDT.ALPACA");
        desk.Asked.Should().Contain(path => path.StartsWith("/portfolios/main/fills?instrument=BTCUSDT.ALPACA&before=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_instrument_that_nobody_traded_has_no_marks()
    {
        await using var desk = await HttpPeer.StartAsync(routes => routes.MapGet("/{**path}", () => Array.Empty<string>()));
        await using var gateway = await StartAsync(desk);

        foreach (var resolution in (string[])["1", "1M"])
        {
            (await UdfFixture.AskAsync(gateway, $"timescale_marks?symbol=MIN.SIM&from=0&to=2000000000&resolution={resolution}", UdfRules.TimescaleMarks)).GetArrayLength().Should().Be(0);
            Texts(await UdfFixture.AskAsync(gateway, $"marks?symbol=MIN.SIM&from=-5&to=2000000000&resolution={resolution}", UdfRules.Marks), "id").Should().BeEmpty();
        }
    }

    private static Task<HttpPeer> DeskAsync() => HttpPeer.StartAsync(routes =>
    {
        routes.MapGet("/signals", (string? session, string instrument, DateTimeOffset? before, int limit) => Signals()
            .Where(s => instrument == "MIN.SIM" && (session is null || s.SessionId == session) && (before is null || s.BarClose < before)).Take(limit));
        routes.MapGet("/portfolios", () => new[]
        {
            new PortfolioSummary("paper-replay-1", "replay-1", null, OpenAt, []),
            new PortfolioSummary("paper-replay-2", Newest, null, OpenAt, []),
            new PortfolioSummary("main", null, "ALPACA", OpenAt, []),
        });
        routes.MapGet("/orders", (string account, string instrument, DateTimeOffset before) => Orders()
            .Where(o => o.Account == account && o.Instrument == instrument && o.RequestedAt < before));
        routes.MapGet("/portfolios/{id}/fills", (string id, string instrument, DateTimeOffset before) => Fills(id).Where(f => f.Instrument == instrument && f.At < before));
        routes.MapGet("/corporate-actions", () => new[]
        {
            Action("MIN.ALPACA", "dividend", 240, amount: 0.25m),
            Action("MIN.ALPACA", "split", 300, @new: 4),
            Action("OTHER.ALPACA", "split", 300, @new: 4),
            Action("MIN.ALPACA", "split", 10_000_000, @new: 4),
        });
    });

    // Newest first.
    private static IEnumerable<SignalRaised> Signals() =>
    [
        Signal("s-2", Newest, "Short", 120),
        Signal("s-1", Newest, "Long", 60),
        Signal("s-1", "live", "Long", 60),
        Signal("old", "replay-1", "Long", 60),
        Signal("live-1", "live", "Flat", 660),
    ];

    /// <param name="closes">Seconds after the open.</param>
    private static SignalRaised Signal(string id, string session, string direction, int closes) => new(
        id, session, "ema-cross", "MIN.SIM", "1m", OpenAt.AddSeconds(closes), direction, 101.5, 0.72, "Trending", null, null, 0,
        new SignalExplanation([], [], []), "It crossed.", 1);

    private static IEnumerable<OrderView> Orders() =>
    [
        Order("o-1", "paper-replay-2", "MIN.SIM", "Filled", 10, 60),
        Order("o-2", "paper-replay-2", "MIN.SIM", "Denied", 0, 240) with { Quantity = 7, Type = "Limit", Reason = "position_limit" },
        Order("o-3", "main", "MIN.ALPACA", "Filled", 5, 200),
    ];

    private static OrderView Order(string id, string account, string instrument, string status, decimal filled, int requested) => new(
        id, Newest, account, "ema-cross", instrument, "Buy", "Market", 10, filled, null, 0, status, null, null, null, OpenAt.AddSeconds(requested), OpenAt);

    private static IEnumerable<FillView> Fills(string account) => account switch
    {
        // Two of one bar, which closed as they were reported.
        "paper-replay-2" => [Fill("o-1", 2, "MIN.SIM", "Buy", 3, 102, 120), Fill("o-1", 1, "MIN.SIM", "Buy", 7, 101, 119)],
        "main" => [Fill("o-3", 3, "MIN.ALPACA", "Sell", 5, 99.5m, 201)],
        _ => [],
    };

    private static FillView Fill(string order, long position, string instrument, string side, decimal quantity, decimal price, int at) => new(
        position, order, position.ToString(CultureInfo.InvariantCulture), instrument, side, quantity, price, 0, null, null, OpenAt.AddSeconds(at));

    private static CorporateActionTerms Action(string instrument, string kind, int ex, decimal? @new = null, decimal? amount = null) =>
        new($"{instrument}:{kind}:2024-01-02", instrument, kind, OpenAt.AddSeconds(ex), @new, @new is null ? null : 1, amount);

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static IEnumerable<string> Texts(JsonElement of, string name) => of.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    private static IEnumerable<long> Times(JsonElement marks) => marks.GetProperty("time").EnumerateArray().Select(e => e.GetInt64());

    private static IEnumerable<string> Lines(JsonElement marks, int index) => Texts(marks[index], "tooltip");

    private Task<GatewayUnderTest> StartAsync(HttpPeer desk) => fixture.StartGatewayAsync([new("signal", desk.Address), new("broker-routing", desk.Address)]);
}
