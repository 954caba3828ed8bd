using System.Net;
using System.Net.Http.Json;
using AlgoStack.BrokerRouting;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>A gateway before the real broker-routing, which has an account on paper.</summary>
public sealed class PaperDeskFixture : ConsoleFixture
{
    public const string Account = "desk";

    private const string KeySet = "/.well-known/jwks.json";

    private FakeUpstream _issuer = null!;
    private ServiceUnderTest _routing = null!;
    private BusPeer _bus = null!;

    public ServiceUnderTest Routing => _routing;

    public Task<string> PlaceAsync(string key, decimal limit) => PlaceAsync(key, new SubmitOrder(Account, "AAPL.PAPER", "Buy", "Limit", 10, limit, TimeInForce: "Gtc"));

    public async Task<string> PlaceAsync(string key, SubmitOrder order)
    {
        using var answer = await PostAsync("/api/v1/orders", order, (await SignInAsync("trader")).AccessToken, ("Idempotency-Key", key));
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<OrderState>())!.OrderId;
    }

    /// <summary>Until nothing works any more.</summary>
    public async Task CancelAllAsync()
    {
        using var answer = await PostAsync($"/api/v1/routing/accounts/{Account}/cancel-all", new CloseAccount("A test begins"), (await SignInAsync("trader")).AccessToken);
        answer.EnsureSuccessStatusCode();
        await Eventually.True(async () => (await _routing.GetAsync<List<OrderView>>($"/orders?account={Account}&status=open")).Count == 0, TimeSpan.FromSeconds(30), "nothing works");
    }

    public async Task CancelAsync(string order)
    {
        using var answer = await SendAsync(HttpMethod.Delete, $"/api/v1/orders/{order}", token: (await SignInAsync("trader")).AccessToken);
        answer.EnsureSuccessStatusCode();
        await WhenAsync(order, "Canceled");
    }

    /// <summary>A bar that closes later than anything has come.</summary>
    public Task TellBarAsync(long sequence, double price) => _bus.PublishAsync(new BarsClosed(
        "live", 0, sequence, "1m", WarmUp: false, EndOfSession: false, [new InstrumentTerms("AAPL.SIM", 0.01m, 1, "USD")],
        new BarColumns(["AAPL.SIM"], [0], [Clock.GetUtcNow().AddMinutes(1 + sequence).ToUnixTimeMilliseconds()], [price], [price], [price], [price], [1_000_000])));

    public Task WhenAsync(string order, string status) => Eventually.True(
        async () => (await _routing.GetAsync<OrderState>($"/orders/{order}")).Status == status, TimeSpan.FromSeconds(30), $"order {order} is {status}");

    protected override async Task<IReadOnlyDictionary<string, Uri>> StartServicesAsync()
    {
        var others = await base.StartServicesAsync();
        // The gateway, whose tokens it takes, starts after it.
        _issuer = await FakeUpstream.StartAsync(app => app.MapGet(KeySet, (CancellationToken stop) => Http.GetStringAsync(KeySet, stop)));
        _routing = await ServiceUnderTest.StartAsync(
            BrokerRoutingService.Build, Broker.Database, Broker.Address,
            [
                new($"Accounts:{Account}:Broker", "paper"), new($"Accounts:{Account}:Limits", "none"),
                new("Tokens:Authority", _issuer.Address.AbsoluteUri),
            ],
            ("ingestion", others[Routes.Ingestion]), ("signal", others[Routes.Signal]));
        _bus = await BusPeer.StartAsync(Broker.Address, (_, _) => { });
        await Eventually.True(
            async () => (await _routing.GetAsync<List<AccountView>>("/accounts")).Any(a => a.IsProven), TimeSpan.FromSeconds(30), "the account is proven");
        return new Dictionary<string, Uri>(others, StringComparer.Ordinal) { [Routes.BrokerRouting] = _routing.Http.BaseAddress! };
    }

    protected override async Task StopServicesAsync()
    {
        await _bus.DisposeAsync();
        await _routing.DisposeAsync();
        await _issuer.DisposeAsync();
        await base.StopServicesAsync();
    }
}

/// <summary>What traders do in the console, through the real gateway, to the real broker-routing and its log.</summary>
public sealed class TradingTests(PaperDeskFixture fixture, BrowserFixture browser) : IClassFixture<PaperDeskFixture>, IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1440)]
    [InlineData(380)]
    public async Task An_order_is_read_event_by_event_and_taken_back(int width)
    {
        var order = await fixture.PlaceAsync($"taken-back-{width}", 90);
        await fixture.WhenAsync(order, "Accepted");
        await using var seen = await fixture.OpenAsync(browser, $"/orders?order={order}", width: width);
        var drawer = seen.Page.GetByRole(AriaRole.Dialog).First;
        await Expect(drawer).ToContainTextAsync("Buy 10 AAPL.PAPER, Limit, limit 90.00, Gtc");
        await Expect(drawer).ToContainTextAsync("The venue has it");

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Cancel this order" }).ClickAsync();
        (await fixture.Routing.GetAsync<OrderState>($"/orders/{order}")).Status.Should().Be("Accepted", "nothing is done before it is confirmed");
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();

        await Expect(drawer).ToContainTextAsync("Asked to be taken back");
        await Expect(drawer.Locator(".facts .pill")).ToHaveTextAsync("Canceled");
        await Expect(drawer.GetByRole(AriaRole.Button, new() { Name = "Cancel this order" })).ToHaveCountAsync(0);

        // Whoever is sent to it sees it, though the list does not have it.
        await seen.Page.GotoAsync(fixture.Screen($"/orders?status=Denied&order={order}").AbsoluteUri);
        await Expect(drawer.Locator(".facts .pill")).ToHaveTextAsync("Canceled");
        seen.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1440, 3)]
    [InlineData(380, 4)]
    public async Task An_order_is_written_reviewed_and_sent_once(int width, int quantity)
    {
        await using var seen = await fixture.OpenAsync(browser, "/chart?instrument=AAPL.SIM", width: width);
        var ticket = ConsoleFixture.Panel(seen.Page, "Order ticket");
        await Expect(ticket.GetByLabel("Instrument")).ToHaveValueAsync("AAPL.PAPER");
        await ticket.GetByLabel("Quantity").FillAsync($"{quantity}");
        await ticket.GetByLabel("Limit price").FillAsync("80.10");
        await ticket.GetByLabel("Time in force").SelectOptionAsync("Gtc");
        await ticket.GetByRole(AriaRole.Button, new() { Name = "Review the order" }).ClickAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("Time in forceUntil canceled");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        (await WrittenAsync(quantity)).Should().BeEmpty("it is only reviewed yet");

        await seen.Page.GetByRole(AriaRole.Button, new() { Name = $"Buy {quantity}" }).ClickAsync();
        await Expect(ticket.GetByRole(AriaRole.Status)).ToContainTextAsync("AAPL.PAPER");
        await ticket.GetByRole(AriaRole.Link, new() { Name = "Its timeline" }).ClickAsync();

        await Expect(seen.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("The venue has it");
        (await WrittenAsync(quantity)).Should().ContainSingle();
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task An_order_whose_answer_was_lost_is_not_sent_twice_whatever_is_sent_between()
    {
        await using var seen = await fixture.OpenAsync(browser, "/chart?instrument=AAPL.SIM");
        var ticket = ConsoleFixture.Panel(seen.Page, "Order ticket");
        await Expect(ticket.GetByLabel("Instrument")).ToHaveValueAsync("AAPL.PAPER");
        await ticket.GetByLabel("Limit price").FillAsync("61");
        await seen.Page.RouteAsync("**/api/v1/orders", async route =>
        {
            await route.FetchAsync();
            await route.AbortAsync();
        });
        await SendAsync(7);
        await Expect(seen.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToContainTextAsync("cannot be reached");
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
        await seen.Page.UnrouteAsync("**/api/v1/orders");

        await SendAsync(8);
        await Expect(seen.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await SendAsync(7);
        await Expect(seen.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);

        (await WrittenAsync(7)).Should().ContainSingle();
        (await WrittenAsync(8)).Should().ContainSingle();

        async Task SendAsync(int quantity)
        {
            await ticket.GetByLabel("Quantity").FillAsync($"{quantity}");
            await ticket.GetByRole(AriaRole.Button, new() { Name = "Review the order" }).ClickAsync();
            await seen.Page.GetByRole(AriaRole.Button, new() { Name = $"Buy {quantity}" }).ClickAsync();
        }
    }

    [Fact]
    public async Task Orders_that_work_are_shown_however_many_have_ended_since()
    {
        var order = await fixture.PlaceAsync("works-on", 62);
        await fixture.WhenAsync(order, "Accepted");
        // As if the newest ones were others'.
        await using var seen = await fixture.OpenAsync(browser, "/chart?instrument=AAPL.SIM");
        await seen.Page.RouteAsync(url => url.Contains("/api/v1/orders?limit=", StringComparison.Ordinal), route => route.FulfillAsync(new() { Json = Array.Empty<object>() }));
        await seen.Page.ReloadAsync();
        await Expect(ConsoleFixture.Panel(seen.Page, "Open orders")).ToContainTextAsync("Buy 10");

        (await fixture.Routing.GetAsync<List<OrderView>>("/orders?status=open")).Should().Contain(o => o.OrderId == order);
        await fixture.CancelAsync(order);
        // The list follows the log.
        await Eventually.True(async () => (await fixture.Routing.GetAsync<List<OrderView>>("/orders?status=open")).TrueForAll(o => o.OrderId != order));
    }

    [Fact]
    public async Task An_order_is_changed_once_the_venue_says_so()
    {
        var order = await fixture.PlaceAsync("changed", 70);
        await fixture.WhenAsync(order, "Accepted");
        await using var seen = await fixture.OpenAsync(browser, $"/orders?order={order}");
        var (drawer, dialog) = (seen.Page.GetByRole(AriaRole.Dialog).First, seen.Page.GetByRole(AriaRole.Dialog).Last);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Change", Exact = true }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Ask the venue" })).ToBeDisabledAsync();
        await dialog.GetByLabel("Limit, now 70").FillAsync("71.50");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Ask the venue" }).ClickAsync();

        await Expect(drawer).ToContainTextAsync("The venue changed it");
        await Expect(drawer).ToContainTextAsync("limit 71.50");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_bracket_is_previewed_and_sent_with_its_exits()
    {
        await using var seen = await fixture.OpenAsync(browser, "/chart?instrument=AAPL.SIM");
        var ticket = ConsoleFixture.Panel(seen.Page, "Order ticket");
        await Expect(ticket.GetByLabel("Instrument")).ToHaveValueAsync("AAPL.PAPER");
        await ticket.GetByLabel("Quantity").FillAsync("5");
        await ticket.GetByLabel("Limit price").FillAsync("60");
        await ticket.GetByLabel("Take profit at").FillAsync("75");
        await ticket.GetByLabel("Stop loss at").FillAsync("55");
        var preview = ticket.GetByLabel("What it would come to");
        await Expect(preview).ToContainTextAsync("300.00");
        await Expect(preview).ToContainTextAsync("Reward to risk");
        await Expect(preview).ToContainTextAsync("3.00");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);

        await ticket.GetByRole(AriaRole.Button, new() { Name = "Review the order" }).ClickAsync();
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Buy 5" }).ClickAsync();
        await Expect(ticket.GetByRole(AriaRole.Status)).ToContainTextAsync("AAPL.PAPER");

        await Eventually.True(async () => (await WrittenAsync(5)).Any(), TimeSpan.FromSeconds(30), "the blotter has it");
        var sent = (await WrittenAsync(5)).Single(o => o.Side == "Buy");
        var exits = (await fixture.Routing.GetAsync<OrderState>($"/orders/{sent.OrderId}")).Exits!;
        exits.Select(e => (e.Leg, e.LimitPrice, e.StopPrice)).Should().BeEquivalentTo(new (string, decimal?, decimal?)[] { ("TakeProfit", 75, null), ("StopLoss", null, 55) });
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task What_risk_denies_is_said_with_its_code()
    {
        await using var seen = await fixture.OpenAsync(browser, "/chart?instrument=AAPL.SIM");
        var ticket = ConsoleFixture.Panel(seen.Page, "Order ticket");
        await ticket.GetByLabel("Quantity").FillAsync("1000000");
        await ticket.GetByLabel("Limit price").FillAsync("99");
        await ticket.GetByRole(AriaRole.Button, new() { Name = "Review the order" }).ClickAsync();
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Buy 1000000" }).ClickAsync();

        await Expect(seen.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Alert)).ToContainTextAsync("insufficient_cash");
    }

    [Fact]
    public async Task All_orders_of_an_account_are_taken_back_with_a_word_and_a_reason()
    {
        var orders = new[] { await fixture.PlaceAsync("all-1", 91), await fixture.PlaceAsync("all-2", 92) };
        foreach (var order in orders) await fixture.WhenAsync(order, "Accepted");
        await using var seen = await fixture.OpenAsync(browser, $"/orders?account={PaperDeskFixture.Account}&status=open");

        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel all of desk" }).ClickAsync();
        var dialog = seen.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Reason").FillAsync("The day is over");
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel all" })).ToBeDisabledAsync();
        await dialog.GetByLabel("Type CANCEL to confirm").FillAsync("cancel");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel all" }).ClickAsync();

        foreach (var order in orders) await fixture.WhenAsync(order, "Canceled");
        await Expect(ConsoleFixture.Panel(seen.Page, "Orders")).ToContainTextAsync("None of these orders is like that.");
        seen.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(380)]
    public async Task Trading_is_halted_with_a_word_and_resumed_with_a_reason(int width)
    {
        await using var seen = await fixture.OpenAsync(browser, "/", width: width);
        var (badge, dialog) = (seen.Page.Locator(".pill.mode"), seen.Page.GetByRole(AriaRole.Dialog));
        await Expect(badge).ToHaveTextAsync("PAPER");

        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Halt", Exact = true }).ClickAsync();
        var halt = dialog.GetByRole(AriaRole.Button, new() { Name = "Halt trading" });
        await Expect(halt).ToBeDisabledAsync();
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await dialog.GetByLabel("Type HALT to confirm").FillAsync("halt");
        await halt.ClickAsync();
        await Expect(badge).ToHaveTextAsync("Halted");
        (await SwitchAsync()).Should().BeEquivalentTo(new { State = "Halted", Reason = "Halted from the console" });

        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).First.ClickAsync();
        await dialog.GetByLabel("Type RESUME to confirm").FillAsync("RESUME");
        var resume = dialog.GetByRole(AriaRole.Button, new() { Name = "Resume trading" });
        await Expect(resume).ToBeDisabledAsync();
        await dialog.GetByLabel("Reason").FillAsync("Checked by hand");
        await resume.ClickAsync();
        await Expect(badge).ToHaveTextAsync("PAPER");
        (await SwitchAsync()).Should().BeEquivalentTo(new { State = "Active", Reason = "Checked by hand" });
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task What_a_bar_fills_is_held_and_the_books_agree()
    {
        var order = await fixture.PlaceAsync("filled", 101);
        await fixture.WhenAsync(order, "Accepted");
        await using var seen = await fixture.OpenAsync(browser, "/positions?portfolio=desk");
        await fixture.TellBarAsync(1, 100);
        await fixture.WhenAsync(order, "Filled");

        var positions = ConsoleFixture.Panel(seen.Page, "Positions");
        await Expect(positions).ToContainTextAsync("AAPL.PAPER");
        await Expect(positions).ToContainTextAsync("1 open, 0 closed");
        await Expect(ConsoleFixture.Panel(seen.Page, "Portfolio")).ToContainTextAsync("98,999.50");
        var reconciliation = ConsoleFixture.Panel(seen.Page, "Reconciliation");
        await reconciliation.GetByRole(AriaRole.Button, new() { Name = "Compare now" }).ClickAsync();
        await Expect(reconciliation).ToContainTextAsync("no open drift");
        await Expect(reconciliation).ToContainTextAsync("may leave");
        seen.Errors.Should().BeEmpty();
    }

    private async Task<IEnumerable<OrderView>> WrittenAsync(int quantity) =>
        (await fixture.Routing.GetAsync<List<OrderView>>($"/orders?account={PaperDeskFixture.Account}")).Where(o => o.Quantity == quantity);

    private async Task<TradingSwitchView> SwitchAsync() => (await fixture.Routing.GetAsync<List<TradingSwitchView>>("/trading")).Single(s => s.Account is null);
}
