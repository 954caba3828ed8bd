using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>What each screen shows, in a real browser, over a desk that answers for all services.</summary>
[BeginsEarly(4)]
public sealed class ScreenTests(ConsoleFixture fixture, BrowserFixture browser, ITestOutputHelper output) : IClassFixture<ConsoleFixture>, IClassFixture<BrowserFixture>
{
    // Interactive is when the last long task before the first panel's content was over, and no earlier than the first paint.
    private const string Measuring =
        """
        const seen = { largest: 0, shift: 0, busy: 0 };
        const watch = (type, note) => new PerformanceObserver(list => list.getEntries().forEach(note)).observe({ type, buffered: true });
        watch('largest-contentful-paint', entry => seen.largest = entry.startTime);
        watch('layout-shift', entry => seen.shift += entry.hadRecentInput ? 0 : entry.value);
        watch('longtask', entry => seen.busy = entry.startTime + entry.duration);
        window.measured = () => {
          const first = performance.getEntriesByName('first-contentful-paint')[0].startTime;
          return { first, largest: seen.largest, shift: seen.shift, interactive: Math.max(first, seen.busy, performance.getEntriesByType('navigation')[0].domInteractive) };
        };
        """;

    [Theory]
    [InlineData("/", 1440)]
    [InlineData("/", 380)]
    [InlineData("/chart", 1440)]
    [InlineData("/chart", 380)]
    [InlineData("/strategies", 1440)]
    [InlineData("/strategies", 380)]
    [InlineData("/backtests", 1440)]
    [InlineData("/backtests", 380)]
    [InlineData("/security", 1440)]
    [InlineData("/security", 380)]
    [InlineData("/signals", 1440)]
    [InlineData("/signals", 380)]
    [InlineData("/orders", 1440)]
    [InlineData("/orders", 380)]
    [InlineData("/positions", 1440)]
    [InlineData("/positions", 380)]
    [InlineData("/backtests?view=sweeps", 1440)]
    [InlineData("/backtests?view=sweeps", 380)]
    [InlineData("/backtests?view=parity", 1440)]
    [InlineData("/backtests?view=parity", 380)]
    [InlineData("/orders?account=paper-replay-20261123t190553-e40a53bcd503", 380)]
    [InlineData("/users", 1440)]
    [InlineData("/users", 380)]
    [InlineData("/audit", 1440)]
    [InlineData("/audit", 380)]
    public async Task Every_screen_is_accessible_in_light_and_dark(string path, int width)
    {
        fixture.Desk.Orders.Enqueue(FakeDesk.Order("o-1", "Filled"));
        fixture.Desk.Alerts.Enqueue(FakeDesk.Alert("a-1", "Order denied"));
        await using var seen = await fixture.OpenAsync(browser, path, role: "admin", width: width, height: 800);
        await Expect(seen.Page.Locator("section.panel").First).ToBeVisibleAsync();
        await Expect(seen.Page.Locator("section.panel[data-state=loading]")).ToHaveCountAsync(0);

        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Mission_control_says_how_all_stands()
    {
        fixture.Desk.Alerts.Enqueue(FakeDesk.Alert("a-2", "Order denied"));
        await using var seen = await fixture.OpenAsync(browser, "/");

        await Expect(ConsoleFixture.Panel(seen.Page, "Equity and profit")).ToContainTextAsync("104,233.12");
        await Expect(ConsoleFixture.Panel(seen.Page, "Equity and profit")).ToContainTextAsync("+4,233.12");
        await Expect(ConsoleFixture.Panel(seen.Page, "Accounts at venues")).ToContainTextAsync("held back");
        await Expect(ConsoleFixture.Panel(seen.Page, "Accounts at venues")).ToContainTextAsync("1 open");
        await Expect(ConsoleFixture.Panel(seen.Page, "Services").Locator(".dot.healthy")).ToHaveCountAsync(5);
        await Expect(ConsoleFixture.Panel(seen.Page, "Open risk against limits")).ToContainTextAsync("16,120.50 of 20,000.00");
        await Expect(ConsoleFixture.Panel(seen.Page, "Sessions")).ToContainTextAsync(FakeDesk.SessionId);
        await Expect(ConsoleFixture.Panel(seen.Page, "Alerts")).ToContainTextAsync("Order denied");
        await Expect(seen.Page.Locator(".line")).ToHaveTextAsync("Connected");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_critical_alert_is_shown_however_many_came_after_it_that_do_not_matter()
    {
        fixture.Desk.Alerts.Clear();
        fixture.Desk.Alerts.Enqueue(FakeDesk.Alert("a-critical", "Trading halted", "critical"));
        for (var i = 0; i < 200; i++) fixture.Desk.Alerts.Enqueue(FakeDesk.Alert($"a-info-{i}", $"Fill {i}", "info"));
        await using var seen = await fixture.OpenAsync(browser, "/", width: 380);
        var panel = ConsoleFixture.Panel(seen.Page, "Alerts");
        var newest = panel.GetByRole(AriaRole.List, new() { Name = "Newest of all" }).GetByRole(AriaRole.Listitem);

        await Expect(panel.GetByRole(AriaRole.Listitem).First).ToContainTextAsync("Trading halted");
        await Expect(panel).ToContainTextAsync("1 high or critical, newest 30 of all");
        await Expect(newest.First).ToContainTextAsync("Fill 199");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await panel.GetByRole(AriaRole.Button, new() { Name = "Older ones" }).ClickAsync();
        await Expect(newest).ToHaveCountAsync(60);
        await Expect(newest.Last).ToContainTextAsync("Fill 140");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_not_known_is_not_said_to_be_paper_or_without_a_limit()
    {
        await using var seen = await fixture.OpenAsync(browser, "/security");
        await Expect(seen.Page.Locator(".top .pill")).ToHaveTextAsync("PAPER");
        var broken = new RouteFulfillOptions { Status = 500, ContentType = "application/problem+json", Body = """{"code":"broken","detail":"The books are away."}""" };
        await seen.Page.RouteAsync("**/accounts", route => route.FulfillAsync(broken));
        await seen.Page.ReloadAsync();
        await Expect(seen.Page.Locator(".line")).ToHaveTextAsync("Connected");
        await Expect(seen.Page.Locator(".top .pill")).ToHaveTextAsync("Unknown");

        await seen.Page.UnrouteAsync("**/accounts");
        await seen.Page.RouteAsync("**/limits", route => route.FulfillAsync(broken));
        await seen.Page.GotoAsync(fixture.Screen("/").AbsoluteUri);
        await Expect(ConsoleFixture.Panel(seen.Page, "Open risk against limits")).ToContainTextAsync("The books are away.");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/chart")]
    [InlineData("/signals")]
    [InlineData("/orders")]
    [InlineData("/positions")]
    [InlineData("/strategies")]
    [InlineData("/backtests")]
    public async Task Where_nothing_can_be_read_every_panel_says_so_and_none_says_that_all_is_well(string path)
    {
        await using var seen = await fixture.OpenAsync(browser, "/security");
        await seen.Page.RouteAsync(
            url => new Uri(url).AbsolutePath is var asked && (asked.StartsWith("/api/", StringComparison.Ordinal) || asked.StartsWith("/udf/", StringComparison.Ordinal)),
            route => route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = """{"code":"broken","detail":"The books are away."}""" }));
        await seen.Page.GotoAsync(fixture.Screen(path).AbsoluteUri);
        await Expect(seen.Page.Locator("section.panel").First).ToBeVisibleAsync();

        await Expect(seen.Page.Locator("section.panel:not([data-state=error])")).ToHaveCountAsync(0);
        await Expect(seen.Page.Locator("section.panel").First).ToContainTextAsync("The books are away.");
        await Expect(seen.Page.Locator("main").Locator(".nothing, .pill.good, .dot.healthy")).ToHaveCountAsync(0);
        await Expect(seen.Page.Locator(".top .pill")).ToHaveTextAsync("Unknown");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
    }

    [Fact]
    public async Task What_could_not_be_read_among_the_rest_is_not_said_to_be_nothing()
    {
        await using var seen = await fixture.OpenAsync(browser, "/security");
        foreach (var away in new[] { "**/api/v1/routing/accounts", "**/api/v1/sessions", "**/equity**" })
        {
            await seen.Page.RouteAsync(away, route => route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = """{"code":"broken","detail":"The books are away."}""" }));
        }

        await seen.Page.GotoAsync(fixture.Screen("/").AbsoluteUri);
        var lights = ConsoleFixture.Panel(seen.Page, "Feed, brokers, bus, database").GetByRole(AriaRole.Listitem);

        await Expect(lights.Nth(0)).ToContainTextAsync("could not be read yet");
        await Expect(lights.Nth(1)).ToContainTextAsync("could not be read yet");
        await Expect(ConsoleFixture.Panel(seen.Page, "Equity and profit")).ToContainTextAsync("not read");
        await Expect(ConsoleFixture.Panel(seen.Page, "main")).ToContainTextAsync("Not all could be readThe books are away.");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
    }

    [Theory]
    [InlineData("/backtests", "New backtest", "**/api/v1/signal/strategies")]
    [InlineData("/backtests", "New backtest", "**/api/v1/sessions")]
    [InlineData("/backtests?view=sweeps", "New sweep", "**/api/v1/signal/strategies")]
    public async Task What_there_is_to_choose_from_is_not_said_to_be_nothing_where_it_cannot_be_read(string path, string form, string away)
    {
        await using var seen = await fixture.OpenAsync(browser, "/security");
        await seen.Page.RouteAsync(away, route => route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = """{"code":"broken","detail":"The books are away."}""" }));
        await seen.Page.GotoAsync(fixture.Screen(path).AbsoluteUri);

        await Expect(ConsoleFixture.Panel(seen.Page, form)).ToContainTextAsync("The books are away.");
    }

    [Fact]
    public async Task A_chart_has_older_bars_for_who_goes_back_to_the_oldest_and_keeps_its_own_where_they_cannot_be_read()
    {
        await using var seen = await fixture.OpenAsync(browser, $"/chart?instrument={FakeDesk.LongKnown}&timeframe=1d");
        var panel = ConsoleFixture.Panel(seen.Page, FakeDesk.LongKnown);
        var chart = panel.Locator(".canvas");
        await ShowAsync(1_500);
        await seen.Page.RouteAsync("**/history?*limit=6000*", route => route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = """{"code":"broken","detail":"The books are away."}""" }));

        await chart.HoverAsync();
        await ZoomOutUntilAsync(async () => await chart.GetAttributeAsync("aria-label") is { } name && name.StartsWith("3000 bars;", StringComparison.Ordinal));

        await ZoomOutUntilAsync(async () => await panel.GetAttributeAsync("data-state") == "stale");
        await ShowAsync(3_000);

        await seen.Page.UnrouteAsync("**/history?*limit=6000*");
        await ShowAsync(5_000);
        await Expect(panel).ToHaveAttributeAsync("data-state", "fresh");

        // A turn of the wheel is a tenth more of them.
        Task ZoomOutUntilAsync(Func<Task<bool>> isSo) => Eventually.True(async () =>
        {
            await seen.Page.Mouse.WheelAsync(0, 100);
            return await isSo();
        });
        Task ShowAsync(int bars) => Expect(chart).ToHaveAccessibleNameAsync(new Regex($"^{bars} bars;", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Limits_that_can_be_read_no_more_are_marked()
    {
        await using var seen = await fixture.OpenAsync(browser, "/strategies");
        var panel = ConsoleFixture.Panel(seen.Page, "Limits");
        await Expect(panel).ToHaveAttributeAsync("data-state", "fresh");
        await seen.Page.RouteAsync("**/limits", route => route.FulfillAsync(new() { Status = 500, ContentType = "application/problem+json", Body = """{"code":"broken","detail":"The books are away."}""" }));

        await Expect(panel).ToHaveAttributeAsync("data-state", "stale");
        await Expect(panel).ToContainTextAsync("Gross exposure");
    }

    [Fact]
    public async Task An_orders_events_are_read_to_the_last_digit()
    {
        fixture.Desk.Orders.Enqueue(FakeDesk.Order("o-exact", "Filled"));
        await using var seen = await fixture.OpenAsync(browser, "/orders?order=o-exact");
        var drawer = seen.Page.GetByRole(AriaRole.Dialog);

        await Expect(drawer).ToContainTextAsync("Buy 7.5 SP500.SIM, Market");
        await Expect(drawer).ToContainTextAsync($"{Samples.Start.AddSeconds(1):yyyy-MM-dd HH:mm:ss}.000 UTC");
        await Expect(drawer).ToContainTextAsync($"{NewYork(Samples.Start.AddSeconds(1)):yyyy-MM-dd HH:mm:ss} New York");
        await drawer.GetByText("order_filled").ClickAsync();
        await Expect(drawer).ToContainTextAsync("0.1000000000000000055511151231257827");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.Keyboard.PressAsync("Escape");
        await Expect(drawer).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_signal_explains_itself_by_keyboard()
    {
        await using var seen = await fixture.OpenAsync(browser, "/signals", width: 380);

        await seen.Page.GetByRole(AriaRole.Table).GetByRole(AriaRole.Button).First.PressAsync("Enter");

        var drawer = seen.Page.GetByRole(AriaRole.Dialog);
        await Expect(drawer).ToContainTextAsync("The fast average crossed above the slow one.");
        await Expect(drawer).ToContainTextAsync("EMA 12 crossed above EMA 26");
        await Expect(drawer).ToContainTextAsync("did not hold");
        await Expect(drawer).ToContainTextAsync("momentum");
        await Expect(drawer).ToContainTextAsync($"At the exchange{NewYork(Samples.Start):yyyy-MM-dd HH:mm:ss} New York");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.Keyboard.PressAsync("Escape");
        await Expect(drawer).ToHaveCountAsync(0);
        await Expect(seen.Page.GetByRole(AriaRole.Table).GetByRole(AriaRole.Button).First).ToBeFocusedAsync();
    }

    [Fact]
    public async Task An_order_that_one_is_sent_to_is_shown_however_old_it_is_and_the_list_goes_back_to_it()
    {
        fixture.Desk.Orders.Clear();
        fixture.Desk.Orders.Enqueue(FakeDesk.Order("o-oldest", "Filled"));
        for (var i = 0; i < 1_050; i++) fixture.Desk.Orders.Enqueue(FakeDesk.Order($"o-{i:0000}", "Canceled") with { RequestedAt = Samples.Start.AddHours(1 + i) });
        await using var seen = await fixture.OpenAsync(browser, "/orders?order=o-oldest");
        var panel = ConsoleFixture.Panel(seen.Page, "Orders");
        var drawer = seen.Page.GetByRole(AriaRole.Dialog);
        await Expect(drawer).ToContainTextAsync("o-oldest");
        await Expect(drawer).ToContainTextAsync("7 of 7");
        await seen.Page.Keyboard.PressAsync("Escape");
        await Expect(drawer).ToHaveCountAsync(0);

        for (var limit = 200; limit <= 1_000; limit += 200)
        {
            await Expect(panel).ToContainTextAsync($"of the newest {limit:#,0}");
            await panel.GetByRole(AriaRole.Button, new() { Name = "Older ones" }).ClickAsync();
        }

        await Expect(panel).ToContainTextAsync("51 of 51 older ones");
        await Expect(panel.GetByRole(AriaRole.Row).Last).ToContainTextAsync("Filled");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Newest ones" }).ClickAsync();
        await Expect(panel).ToContainTextAsync("of the newest 200");
        fixture.Desk.Orders.Clear();
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_signal_that_one_is_sent_to_is_shown_however_old_it_is_and_the_list_goes_back_to_it()
    {
        var former = fixture.Desk.Signals;
        // Two of each bar, the newest first, so that a page may end between the two.
        fixture.Desk.Signals =
            [.. Enumerable.Range(0, 1_051).Select(i => Samples.Signal(FakeDesk.SessionId, $"s-{1_050 - i:0000}") with { BarClose = Samples.Start.AddDays((1_050 - i) / 2), Rationale = $"Reason {1_050 - i:0000}." })];
        await using var seen = await fixture.OpenAsync(browser, $"/signals?session={FakeDesk.SessionId}&signal=s-0000&at={Samples.Start:yyyy-MM-ddTHH:mm:ssZ}");
        var panel = ConsoleFixture.Panel(seen.Page, "Signals");
        await Expect(seen.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Reason 0000.");
        await seen.Page.Keyboard.PressAsync("Escape");

        for (var limit = 100; limit <= 1_000; limit += 100)
        {
            await Expect(panel).ToContainTextAsync($"newest {limit:#,0}");
            await panel.GetByRole(AriaRole.Button, new() { Name = "Older ones" }).ClickAsync();
        }

        // The bar that the page ended in is there as a whole.
        await Expect(panel).ToContainTextAsync("52 older ones");
        await Expect(panel.GetByRole(AriaRole.Row).Last).ToContainTextAsync("Reason 0000.");
        fixture.Desk.Signals = former;
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_held_is_shown_lot_by_lot_and_how_much_was_turned_over()
    {
        await using var seen = await fixture.OpenAsync(browser, "/positions");

        var lots = ConsoleFixture.Panel(seen.Page, "Lots");
        await Expect(lots).ToContainTextAsync("2, first in, first out");
        await Expect(lots.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("100.25");
        await Expect(ConsoleFixture.Panel(seen.Page, "Statistics")).ToContainTextAsync("Turnover a year3.25");
    }

    [Fact]
    public async Task A_drift_is_resolved_with_a_word_and_a_reason()
    {
        await using var seen = await fixture.OpenAsync(browser, "/positions");
        var panel = ConsoleFixture.Panel(seen.Page, "Reconciliation");
        await Expect(panel).ToContainTextAsync("AAPL.ALPACA: ours 10, venue 12, difference 2");

        await panel.GetByRole(AriaRole.Button, new() { Name = "Resolve" }).ClickAsync();
        var dialog = seen.Page.GetByRole(AriaRole.Dialog);
        var resolve = dialog.GetByRole(AriaRole.Button, new() { Name = "Resolve" });
        await dialog.GetByLabel("Reason").FillAsync("Bought by hand at the broker");
        await Expect(resolve).ToBeDisabledAsync();
        await dialog.GetByLabel("The venue's").CheckAsync();
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await resolve.ClickAsync();

        await Expect(panel).ToContainTextAsync("no open drift");
        fixture.Desk.Resolved.Should().ContainSingle().Which.Should().Be(new Contracts.Portfolio.ResolveDrift("d-1", Adopt: true, "Bought by hand at the broker"));
        fixture.Desk.Resolved.Clear();
    }

    [Fact]
    public async Task A_backtest_is_run_and_its_report_read()
    {
        await using var seen = await fixture.OpenAsync(browser, "/backtests");
        var form = ConsoleFixture.Panel(seen.Page, "New backtest");
        await form.GetByLabel("Over").SelectOptionAsync("instrument AAPL.SIM");
        await form.GetByLabel("Strategy").SelectOptionAsync("ema-cross");
        await form.GetByLabel("fast").FillAsync("10");
        await form.GetByLabel("From, UTC").FillAsync("2024-01-01");
        await form.GetByLabel("To, UTC").FillAsync("2024-12-31");
        await form.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();

        await Expect(ConsoleFixture.Panel(seen.Page, "Report")).ToContainTextAsync("completed");
        await Expect(ConsoleFixture.Panel(seen.Page, "Statistics")).ToContainTextAsync("+4,233.12 USD");
        await Expect(ConsoleFixture.Panel(seen.Page, "Trades")).ToContainTextAsync("+69.30");
        var (asked, key) = fixture.Desk.Backtests.Last();
        asked.Should().BeEquivalentTo(new
        {
            Instruments = new[] { "AAPL.SIM" },
            Timeframe = "1d",
            From = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Strategies = new[] { new { Name = "ema-cross", Parameters = "fast=10" } },
        });
        key.Should().NotBeEmpty();
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_sweep_is_begun_and_its_heat_map_read()
    {
        await using var seen = await fixture.OpenAsync(browser, "/backtests?view=sweeps", width: 380);
        var form = ConsoleFixture.Panel(seen.Page, "New sweep");
        await form.GetByLabel("Strategy").SelectOptionAsync("ema-cross");
        await form.GetByLabel("Grid").FillAsync("fast=5..10:5 slow=20..60:40");
        await Expect(form).ToContainTextAsync("4 combinations");
        await form.GetByRole(AriaRole.Button, new() { Name = "Sweep" }).ClickAsync();

        var map = ConsoleFixture.Panel(seen.Page, "Heat map");
        await Expect(map.Locator("td.best")).ToHaveTextAsync("1.40");
        await Expect(ConsoleFixture.Panel(seen.Page, "What the best is worth")).ToContainTextAsync("fast=10 slow=60");
        fixture.Desk.Swept!.Grid.Should().Be("fast=5..10:5 slow=20..60:40");
        await map.GetByLabel("Measure").SelectOptionAsync("maxDrawdown");
        await Expect(map).ToContainTextAsync("8.0\u00a0%");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task What_live_and_a_backtest_do_not_agree_on_is_said()
    {
        await using var seen = await fixture.OpenAsync(browser, "/backtests?view=parity");
        await ConsoleFixture.Panel(seen.Page, "Live against backtest").GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();

        await Expect(seen.Page.GetByLabel("Outcome")).ToContainTextAsync("99.50");
        await Expect(seen.Page.GetByLabel("Outcome")).ToContainTextAsync("Signal 7: live Long, backtest Flat.");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
    }

    [Fact]
    public async Task A_key_is_made_shown_once_rotated_and_revoked()
    {
        await using var seen = await fixture.OpenAsync(browser, "/security");
        var (panel, dialog) = (ConsoleFixture.Panel(seen.Page, "API keys"), seen.Page.GetByRole(AriaRole.Dialog));
        await panel.GetByLabel("Name of the program").FillAsync("robot");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Make a key" }).ClickAsync();
        var first = await panel.Locator(".secret").TextContentAsync();
        first.Should().StartWith("algostack_");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.ReloadAsync();
        await Expect(panel).ToContainTextAsync("robot");
        await Expect(panel.Locator(".secret")).ToHaveCountAsync(0);

        await panel.GetByRole(AriaRole.Button, new() { Name = "Rotate robot" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make the next secret" }).ClickAsync();
        await Expect(panel.Locator(".secret")).Not.ToHaveTextAsync(first!);
        await panel.GetByRole(AriaRole.Button, new() { Name = "Revoke robot" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke it" }).ClickAsync();

        await Expect(panel).ToContainTextAsync("None yet.");
        using var refused = await fixture.PostAsync("/auth/token", new { ApiKey = first });
        ((int)refused.StatusCode).Should().Be(401);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task What_fails_in_the_page_is_told_to_the_server_once()
    {
        await using var seen = await fixture.OpenAsync(browser, "/orders");
        var told = new ConcurrentQueue<string>();
        seen.Page.Request += (_, request) =>
        {
            if (request.Url.EndsWith("/api/v1/client-errors", StringComparison.Ordinal)) told.Enqueue(request.PostData!);
        };
        var answer = seen.Page.WaitForResponseAsync("**/api/v1/client-errors");

        await seen.Page.EvaluateAsync("for (let i = 0; i < 50; i++) setTimeout(() => { throw new Error(`broken ${Math.min(i, 1)}`) })");

        (await answer).Status.Should().Be(204);
        await Eventually.True(() => Task.FromResult(told.Count == 2), TimeSpan.FromSeconds(10), "each fault is told once");
        told.Should().Contain(body => body.Contains("broken 0", StringComparison.Ordinal) && body.Contains("\"release\":\"0.", StringComparison.Ordinal) && body.Contains("/console/orders", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Halted", "Active", "Halted everybody")]
    [InlineData("Active", "Reducing", "Reduce only the account")]
    [InlineData("Active", "Active", "Active")]
    public async Task A_strategy_is_no_freer_than_everybody_and_its_account(string everybody, string account, string said)
    {
        await using var seen = await fixture.OpenAsync(browser, "/security");
        await seen.Page.RouteAsync("**/api/v1/trading", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = $$"""
                [{"state":"{{everybody}}","reason":"","at":"2024-01-01T00:00:00Z","account":null,"strategy":null,"flatten":false},
                 {"state":"{{account}}","reason":"","at":"2024-01-01T00:00:00Z","account":"main","strategy":null,"flatten":false}]
                """,
        }));
        await seen.Page.GotoAsync(fixture.Screen("/strategies").AbsoluteUri);
        var row = ConsoleFixture.Panel(seen.Page, "On accounts at venues").GetByRole(AriaRole.Row).Nth(1);

        await Expect(row.GetByRole(AriaRole.Cell).Nth(8)).ToHaveTextAsync(said);
        await Expect(row.GetByRole(AriaRole.Button)).ToHaveTextAsync("Pause");
    }

    [Fact]
    public async Task A_strategy_that_has_had_no_signal_yet_is_there_to_be_paused()
    {
        await using var seen = await fixture.OpenAsync(browser, "/strategies");
        var row = ConsoleFixture.Panel(seen.Page, "On accounts at venues").GetByRole(AriaRole.Row).Filter(new() { HasText = "rsi-reversal" });
        await Expect(row).ToContainTextAsync("no signal yet");

        await row.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();

        await Expect(seen.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("rsi-reversal");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
    }

    [Fact]
    public async Task A_strategys_limits_are_changed_by_an_admin_with_a_reason()
    {
        await using var seen = await fixture.OpenAsync(browser, "/strategies", role: "admin");
        var panel = ConsoleFixture.Panel(seen.Page, "Limits");
        await Expect(panel).ToContainTextAsync("20,000");

        await panel.GetByRole(AriaRole.Button, new() { Name = "Change" }).First.ClickAsync();
        var dialog = seen.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Loss of a day").FillAsync("much");
        await dialog.GetByLabel("Reason").FillAsync("A quiet week");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Change the limits" })).ToBeDisabledAsync();
        await dialog.GetByLabel("Loss of a day").FillAsync("250.50");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Change the limits" }).ClickAsync();

        await Expect(panel).ToContainTextAsync("250.5");
        fixture.Desk.Limits!.Limits.Should().Be(new Contracts.Portfolio.LimitFigures(GrossExposure: 20_000, PositionValue: 5_000, DailyLoss: 250.5m));
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_what_was_shown_stays_and_is_marked()
    {
        await using var seen = await fixture.OpenAsync(browser, "/");
        var money = ConsoleFixture.Panel(seen.Page, "Equity and profit");
        await Expect(money).ToContainTextAsync("104,233.12");
        await Expect(seen.Page.Locator(".line")).ToHaveTextAsync("Connected");

        await fixture.RestartAsync(async () =>
        {
            await Expect(seen.Page.Locator(".banner")).ToContainTextAsync("The connection to AlgoStack is lost.");
            await Expect(money).ToHaveAttributeAsync("data-state", "stale");
            await Expect(money).ToContainTextAsync("104,233.12");
        });

        await Expect(seen.Page.Locator(".line")).ToHaveTextAsync("Connected");
        await Expect(seen.Page.Locator(".banner")).ToHaveCountAsync(0);
        await Expect(money).ToHaveAttributeAsync("data-state", "fresh");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/chart")]
    [InlineData("/signals")]
    [InlineData("/orders")]
    [InlineData("/positions")]
    [InlineData("/strategies")]
    [InlineData("/backtests")]
    [InlineData("/security")]
    [InlineData("/users")]
    [InlineData("/audit")]
    public async Task A_screen_is_there_in_time_stays_where_it_is_and_is_small(string path)
    {
        await using var seen = await fixture.OpenAsync(browser, path, role: "admin");
        await using var again = await BrowserFixture.OpenAsync(seen.Context, new Uri("about:blank"));
        // Nothing of it is kept from before.
        var chromium = await seen.Context.NewCDPSessionAsync(again.Page);
        await chromium.SendAsync("Network.enable");
        await chromium.SendAsync("Network.setCacheDisabled", new Dictionary<string, object>(StringComparer.Ordinal) { ["cacheDisabled"] = true });
        var finished = new ConcurrentQueue<IRequest>();
        again.Page.RequestFinished += (_, request) => finished.Enqueue(request);
        await again.Page.AddInitScriptAsync(Measuring);
        await again.Page.GotoAsync(fixture.Screen(path).AbsoluteUri);
        await Expect(again.Page.Locator("section.panel").First).ToBeVisibleAsync();
        await Expect(again.Page.Locator("section.panel[data-state=loading]")).ToHaveCountAsync(0);
        await Expect(again.Page.Locator(".line")).ToHaveTextAsync("Connected");

        var paint = await again.Page.EvaluateAsync<Dictionary<string, double>>("measured()");
        // What the page itself names comes before any screen.
        var page = await fixture.Http.GetStringAsync("/console/");
        var (entry, route) = (0, 0);
        foreach (var script in finished.Where(r => r.Url.EndsWith(".js", StringComparison.Ordinal)))
        {
            var size = (await script.SizesAsync()).ResponseBodySize;
            if (page.Contains(new Uri(script.Url).AbsolutePath, StringComparison.Ordinal)) entry += size;
            else route += size;
        }

        output.WriteLine(
            $"{path}: first paint {paint["first"]:0} ms, largest {paint["largest"]:0} ms, interactive {paint["interactive"]:0} ms, shift {paint["shift"]:0.000}, initial JS {entry / 1000.0:0.0} KB, route {route / 1000.0:0.0} KB gzipped");

        entry.Should().BeInRange(1, 200_000);
        route.Should().BeLessThan(100_000);
        paint["first"].Should().BeLessThan(1_500);
        paint["largest"].Should().BeLessThan(2_500);
        paint["interactive"].Should().BeLessThan(3_500);
        paint["shift"].Should().BeLessThan(0.1);
    }

    private static DateTimeOffset NewYork(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));

    [Fact]
    public async Task The_consoles_own_tests_pass()
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", ["test"])
        {
            WorkingDirectory = Path.Combine(Repository.Root, "services/gateway/web"),
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var said = await npm.StandardOutput.ReadToEndAsync();
        await npm.WaitForExitAsync();

        npm.ExitCode.Should().Be(0, said);
    }
}
