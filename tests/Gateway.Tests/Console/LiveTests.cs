using System.Diagnostics;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>What the bus says moves on the screen as it happens, by the hub, in a real browser.</summary>
public sealed class LiveTests(ConsoleFixture fixture, BrowserFixture browser, ITestOutputHelper output) : IClassFixture<ConsoleFixture>, IClassFixture<BrowserFixture>
{
    private const string Account = "paper-" + FakeDesk.SessionId;

    [Theory]
    [InlineData(1440)]
    [InlineData(380)]
    public async Task A_bar_is_on_the_chart_as_it_closes(int width)
    {
        await using var seen = await fixture.OpenAsync(browser, $"/chart?instrument={FakeDesk.Instrument}", width: width);
        var chart = ConsoleFixture.Panel(seen.Page, FakeDesk.Instrument);
        await Expect(chart.Locator(".canvas")).ToBeVisibleAsync();
        await ShouldBeLiveAsync(seen.Page);

        await UntilHeardAsync(chart, 1);
        await TellBarsAsync(7);

        await Expect(chart.Locator(".count")).ToContainTextAsync("last 107");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Half_of_all_prices_move_a_position_within_three_tenths_of_a_second()
    {
        await using var seen = await fixture.OpenAsync(browser, $"/positions?portfolio={Account}");
        var row = ConsoleFixture.Panel(seen.Page, "Positions").GetByRole(AriaRole.Row).Filter(new() { HasText = FakeDesk.Instrument });
        await Expect(row).ToContainTextAsync("301.00");
        await ShouldBeLiveAsync(seen.Page);
        await TellBarsAsync(2);
        await Expect(row).ToContainTextAsync("102.00");
        await Expect(row).ToContainTextAsync("+7.00");

        var milliseconds = new List<double>();
        for (var close = 51; close < 71; close++)
        {
            var shown = seen.Page.EvaluateAsync(
                "text => new Promise(resolve => { const look = () => document.querySelector('main').textContent.includes(text) ? resolve() : requestAnimationFrame(look); look(); })", $"{100 + close}.00");
            var started = Stopwatch.GetTimestamp();
            await TellBarsAsync(close);
            await shown;
            milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        milliseconds.Sort();
        output.WriteLine($"published to painted, of {milliseconds.Count}: median {milliseconds[milliseconds.Count / 2]:0} ms, largest {milliseconds[^1]:0} ms");
        milliseconds[milliseconds.Count / 2].Should().BeLessThan(300);
    }

    [Fact]
    public async Task A_fill_at_a_venue_is_said_at_once_and_one_of_a_session_is_not()
    {
        await using var seen = await fixture.OpenAsync(browser, "/orders");
        await ShouldBeLiveAsync(seen.Page);
        const long Position = 50_000;
        var page = Samples.Filled(FakeDesk.SessionId, Position, 2);

        await fixture.Broker.PublishAsync(page with { Filled = [page.Filled[0], page.Filled[1] with { Account = "main", Quantity = 12 }] }, "live", Position);

        await Expect(seen.Page.Locator(".toast")).ToHaveTextAsync("Bought 12 SP500.SIM at 101 on main. Order");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
    }

    [Fact]
    public async Task An_order_that_changes_is_read_anew_before_anybody_asks()
    {
        await using var seen = await fixture.OpenAsync(browser, "/orders");
        await ShouldBeLiveAsync(seen.Page);
        var panel = ConsoleFixture.Panel(seen.Page, "Orders");
        await Expect(panel).ToBeVisibleAsync();
        await UntilReadByTheClockAsync(seen.Page);
        fixture.Desk.Orders.Enqueue(FakeDesk.Order("o-pushed", "Filled"));
        var started = Stopwatch.GetTimestamp();

        const long Position = 60_000;
        await fixture.Broker.PublishAsync(Samples.Filled(FakeDesk.SessionId, Position, 1), FakeDesk.SessionId, Position);

        await Expect(panel.Locator("tbody .pill").Filter(new() { HasText = "Filled" })).ToBeVisibleAsync(new() { Timeout = 2_000 });
        output.WriteLine($"published to read anew and painted: {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms");
    }

    [Fact]
    public async Task A_rush_of_events_does_not_become_a_rush_of_requests()
    {
        await using var seen = await fixture.OpenAsync(browser, "/");
        await ShouldBeLiveAsync(seen.Page);
        var asked = 0;
        seen.Page.Request += (_, _) => Interlocked.Increment(ref asked);
        var started = Stopwatch.GetTimestamp();

        for (var position = 70_000L; Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(10); position++)
        {
            await fixture.Broker.PublishAsync(Samples.Filled(FakeDesk.SessionId, position, 1), FakeDesk.SessionId, position);
            await Task.Delay(40);
        }

        var perSecond = asked / Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{perSecond:0.0} requests a second");
        // A person may ask 1,000 times a minute, from all of their pages.
        perSecond.Should().BeLessThan(8);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task When_its_token_ends_it_goes_on_where_it_was_without_a_word()
    {
        await using var seen = await fixture.OpenAsync(browser, $"/chart?instrument={FakeDesk.Instrument}");
        var (chart, sockets) = (ConsoleFixture.Panel(seen.Page, FakeDesk.Instrument), new List<string>());
        seen.Page.WebSocket += (_, socket) => sockets.Add(socket.Url);
        await ShouldBeLiveAsync(seen.Page);
        await UntilHeardAsync(chart, 31);
        await seen.Page.EvaluateAsync("new MutationObserver(() => { if (document.querySelector('.banner')) window.wasLost = true }).observe(document.body, { childList: true, subtree: true })");

        fixture.Clock.SetAhead(TimeSpan.FromMinutes(6));
        await Eventually.True(
            async () =>
            {
                await TellBarsAsync(40);
                return sockets.Count > 0;
            },
            TimeSpan.FromSeconds(30),
            "another line is made");
        await TellBarsAsync(41);

        await Expect(chart.Locator(".count")).ToContainTextAsync("last 141");
        (await seen.Page.EvaluateAsync<bool?>("window.wasLost ?? false")).Should().BeFalse();
        (await seen.Page.Locator(".line").TextContentAsync()).Should().Be("Connected");
    }

    /// <summary>Tells bars until one is shown: what closed before the chart began to listen is the tape's to tell, and there is none here.</summary>
    private Task UntilHeardAsync(ILocator chart, int over) => Eventually.True(
        async () =>
        {
            await TellBarsAsync(over);
            return (await chart.Locator(".count").TextContentAsync())!.Contains($"last {100 + over}", StringComparison.Ordinal);
        },
        TimeSpan.FromSeconds(20),
        "bars are heard");

    /// <summary>Until the doorbell of the beginning has gone silent and the orders were read all the same: for five seconds from then only a doorbell has them read.</summary>
    private static async Task UntilReadByTheClockAsync(IPage page)
    {
        long before;
        do
        {
            before = Stopwatch.GetTimestamp();
            await page.WaitForResponseAsync(answer => answer.Url.Contains("/api/v1/orders?", StringComparison.Ordinal) && !answer.Url.Contains("status=Unknown", StringComparison.Ordinal));
        }
        while (Stopwatch.GetElapsedTime(before) < TimeSpan.FromSeconds(3));
    }

    private static async Task ShouldBeLiveAsync(IPage page) => await Expect(page.Locator(".line")).ToHaveTextAsync("Connected");

    /// <summary>A bar of a day that none before was of, with a close of 100 and so many.</summary>
    private Task TellBarsAsync(int over)
    {
        var sequence = fixture.Desk.NextBatch();
        var bars = Samples.Bars(FakeDesk.SessionId, sequence, 1);
        return fixture.Broker.PublishAsync(bars with { Bars = bars.Bars with { High = [200], Close = [100.0 + over] } }, FakeDesk.SessionId, sequence);
    }
}
