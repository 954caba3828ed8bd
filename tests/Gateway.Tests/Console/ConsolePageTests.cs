using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.Gateway.Tests.Live;
using FluentAssertions;
using MassTransit;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>The page in a real browser, over a real RabbitMQ.</summary>
public sealed class ConsolePageTests(BrokerFixture broker, BrowserFixture browser)
    : IClassFixture<BrokerFixture>, IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task The_page_shows_the_newest_session()
    {
        var desk = new FakeDesk();
        desk.Orders.Enqueue(FakeDesk.Order("o-1", "Filled"));
        desk.Alerts.Enqueue(FakeDesk.Alert("a-1", "Order denied"));
        await using var upstream = await desk.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(broker, upstream);
        await using var seen = await browser.OpenAsync(gateway.Address);

        await Expect(seen.Page.Locator("#session-state")).ToHaveTextAsync("running");
        await Expect(seen.Page.Locator("#lights .dot.healthy")).ToHaveCountAsync(5);
        await Expect(seen.Page.Locator("#figures")).ToContainTextAsync("104,233.12");
        await Expect(seen.Page.Locator("#figures")).ToContainTextAsync("+4,233.12");
        await Expect(seen.Page.Locator("#legend")).ToContainTextAsync(FakeDesk.LastBar.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        await Expect(seen.Page.Locator("#orders tr")).ToContainTextAsync("Filled");
        await Expect(seen.Page.Locator("#positions tr")).ToContainTextAsync("+1,400.00");
        await Expect(seen.Page.Locator("#alerts li")).ToContainTextAsync("Order denied");
        await Expect(seen.Page.Locator("#signals li")).ToContainTextAsync("The fast average crossed above the slow one.");
        await Expect(seen.Page.Locator("#link")).ToHaveTextAsync("live");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task The_page_follows_what_happens_without_being_asked()
    {
        var desk = new FakeDesk();
        await using var upstream = await desk.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(broker, upstream);
        await using var seen = await browser.OpenAsync(gateway.Address);
        await Expect(seen.Page.Locator("#link")).ToHaveTextAsync("live");
        await Expect(seen.Page.Locator("#orders")).ToContainTextAsync("No orders yet");

        var next = FakeDesk.LastBar.AddDays(1);
        await broker.PublishAsync(Bar(next, 4_321.5), FakeDesk.SessionId, 2);
        await broker.PublishAsync(Samples.Evaluated(FakeDesk.SessionId, 2, 1), FakeDesk.SessionId, 2);
        desk.Orders.Enqueue(FakeDesk.Order("o-2", "Filled"));
        await broker.PublishAsync(Samples.Filled(FakeDesk.SessionId, 2, 1), FakeDesk.SessionId, 2);
        desk.Alerts.Enqueue(FakeDesk.Alert("a-2", "Filled: bought 7"));
        await broker.Publishing.GetRequiredService<IBus>().Publish(new AlertDelivered("a-2", "inbox", true, 1, Samples.Start));

        await Expect(seen.Page.Locator("#legend")).ToContainTextAsync("C 4,321.50");
        await Expect(seen.Page.Locator("#signals li")).ToHaveCountAsync(2);
        await Expect(seen.Page.Locator("#orders")).ToContainTextAsync("Filled");
        await Expect(seen.Page.Locator("#alerts")).ToContainTextAsync("Filled: bought 7");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_signal_opens_its_explanation_by_keyboard()
    {
        await using var upstream = await new FakeDesk().StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(broker, upstream);
        await using var seen = await browser.OpenAsync(gateway.Address);

        await seen.Page.Locator("#signals button").First.PressAsync("Enter");

        var drawer = seen.Page.Locator("#explain");
        await Expect(drawer).ToBeVisibleAsync();
        await Expect(drawer).ToContainTextAsync("EMA 12 crossed above EMA 26");
        await Expect(drawer).ToContainTextAsync("did not hold");
        await Expect(drawer).ToContainTextAsync("momentum");
        await Expect(drawer).ToContainTextAsync("72.0 %");
        await seen.Page.Keyboard.PressAsync("Escape");
        await Expect(drawer).ToBeHiddenAsync();
    }

    [Fact]
    public async Task An_explanation_says_what_is_not_known_and_what_is_known_since()
    {
        var signal = Samples.Signal(FakeDesk.SessionId, "s-1");
        var bare = signal with { Explanation = signal.Explanation with { Inputs = [new NamedValue("EMA 12", null)], ScoreParts = [new NamedValue("trend", null)] } };
        var desk = new FakeDesk { Signals = [bare] };
        await using var upstream = await desk.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(broker, upstream);
        await using var seen = await browser.OpenAsync(gateway.Address);
        var (row, drawer) = (seen.Page.Locator("#signals button"), seen.Page.Locator("#explain"));

        await row.PressAsync("Enter");
        await Expect(drawer).ToContainTextAsync("Backtest won–");
        await Expect(drawer).ToContainTextAsync("EMA 12–");
        await Expect(drawer).ToContainTextAsync("trend–");
        await seen.Page.Keyboard.PressAsync("Escape");

        desk.Signals = [signal with { Strategy = "seen-again", BacktestWinRate = 0.4567, BacktestProfitFactor = 1.234 }];
        desk.State = "completed";
        await Expect(row).ToContainTextAsync("seen-again");
        await row.PressAsync("Enter");
        await Expect(drawer).ToContainTextAsync("Backtest won45.7 %");
        await Expect(drawer).ToContainTextAsync("Backtest profit factor1.23");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task Halting_wants_a_confirmation_and_resuming_a_reason()
    {
        var desk = new FakeDesk();
        await using var upstream = await desk.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(broker, upstream);
        await using var seen = await browser.OpenAsync(gateway.Address);

        await seen.Page.Locator("#halt").ClickAsync();
        desk.Switched.Should().BeEmpty();
        await seen.Page.Locator("#switch-go").ClickAsync();
        await Expect(seen.Page.Locator("#mode")).ToHaveTextAsync("Halted");
        desk.Switched.Should().Equal("Halted from the console");

        await seen.Page.Locator("#halt").ClickAsync();
        await Expect(seen.Page.Locator("#switch-go")).ToHaveTextAsync("Resume trading");
        await seen.Page.Locator("#switch-go").ClickAsync();
        await Expect(seen.Page.Locator("#switch")).ToBeVisibleAsync();
        desk.Switched.Should().ContainSingle("a reason is missing");
        await seen.Page.Locator("#switch-reason").FillAsync("Checked by hand");
        await seen.Page.Locator("#switch-go").ClickAsync();
        await Expect(seen.Page.Locator("#mode")).ToHaveTextAsync("Paper");
        desk.Switched.Should().Equal("Halted from the console", "Checked by hand");
    }

    [Fact]
    public async Task A_lost_connection_is_said_and_recovers()
    {
        await using var upstream = await new FakeDesk().StartAsync();
        var gateway = await GatewayUnderTest.StartAsync(broker, upstream);
        var address = gateway.Address;
        await using var seen = await browser.OpenAsync(address);
        await Expect(seen.Page.Locator("#link")).ToHaveTextAsync("live");
        await Expect(seen.Page.Locator("#figures")).ToContainTextAsync("104,233.12");

        await gateway.DisposeAsync();
        await Expect(seen.Page.Locator("#banner")).ToContainTextAsync("Connection to the console lost");
        await Expect(seen.Page.Locator("#figures")).ToContainTextAsync("104,233.12");

        await using var again = await GatewayUnderTest.StartAsync(broker, upstream, address);
        await Expect(seen.Page.Locator("#link")).ToHaveTextAsync("live");
        await Expect(seen.Page.Locator("#banner")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_service_that_is_down_is_named_where_its_numbers_are()
    {
        await using var upstream = await new FakeDesk().StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(broker, new Dictionary<string, Uri>(StringComparer.Ordinal)
        {
            ["ingestion"] = upstream.Address,
            ["signal"] = upstream.Address,
            ["alerting"] = upstream.Address,
            ["backtest"] = upstream.Address,
            ["broker-routing"] = new("http://127.0.0.1:9"),
        });
        await using var seen = await browser.OpenAsync(gateway.Address);

        await Expect(seen.Page.Locator(".orders-panel .age")).ToContainTextAsync("broker-routing unavailable");
        await Expect(seen.Page.Locator("#lights .dot.unreachable")).ToHaveCountAsync(1);
        await Expect(seen.Page.Locator("#signals li")).ToContainTextAsync("SP500.SIM");
    }

    [Theory]
    [InlineData(380, 800)]
    [InlineData(1024, 768)]
    [InlineData(1600, 900)]
    public async Task Nothing_is_wider_than_the_screen(int width, int height)
    {
        var desk = new FakeDesk();
        desk.Orders.Enqueue(FakeDesk.Order("o-1", "Filled"));
        await using var upstream = await desk.StartAsync();
        await using var gateway = await GatewayUnderTest.StartAsync(broker, upstream);
        await using var seen = await browser.OpenAsync(gateway.Address, width, height);
        await Expect(seen.Page.Locator("#orders tr")).ToContainTextAsync("Filled");

        var overflow = await seen.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

        overflow.Should().BeLessThanOrEqualTo(0);
        await Expect(seen.Page.Locator("#halt")).ToBeInViewportAsync();
    }

    private static BarsClosed Bar(DateTimeOffset close, double price)
    {
        var sample = Samples.Bars(FakeDesk.SessionId, 2, 1);
        return sample with { Bars = sample.Bars with { CloseMs = [close.ToUnixTimeMilliseconds()], Close = [price], High = [price + 1] } };
    }
}
