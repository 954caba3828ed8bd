using System.Text.Json;
using AlgoStack.Contracts.Backtests;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>What backtests and sweeps cost and how much they trade, as people fill it in.</summary>
public sealed class ModelTests(ConsoleFixture fixture, BrowserFixture browser) : IClassFixture<ConsoleFixture>, IClassFixture<BrowserFixture>
{
    private static readonly Dictionary<string, (string Label, string Value)> All = new(StringComparer.Ordinal)
    {
        ["commission"] = ("Commission, ", "0.10%"),
        ["slippage"] = ("Slippage, ", "spread=2"),
        ["latency"] = ("Latency, ms", "250"),
        ["participation"] = ("Participation, %", "12.5"),
        ["balance"] = ("Opening balance, ", "50000.000000000000000001"),
        ["size"] = ("Size of an entry, % of equity", "33.30"),
        ["position"] = ("Largest position, % of equity", "40"),
        ["margin"] = ("Margin, %", "50/25"),
        ["borrow"] = ("Borrowing, % a year", "3%"),
    };

    [Theory]
    [InlineData(1440)]
    [InlineData(380)]
    public async Task A_backtest_trades_at_the_costs_and_in_the_size_that_were_filled_in(int width)
    {
        await using var seen = await fixture.OpenAsync(browser, "/backtests", width: width);
        var form = ConsoleFixture.Panel(seen.Page, "New backtest");
        await form.GetByLabel("Over").SelectOptionAsync("instrument AAPL.SIM");
        await FillInAsync(form);
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);

        var sent = await SentAsync(seen.Page, "/backtest/replay", () => form.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync());

        ShouldHaveModels(sent);
        var report = ConsoleFixture.Panel(seen.Page, "Report");
        await Expect(report).ToContainTextAsync("Commission0.10%");
        await Expect(report).ToContainTextAsync("Opening balance50000.000000000000000001 of each currency");
        await Expect(report).ToContainTextAsync("Size of an entry33.30 % of equity");
        fixture.Desk.Backtests.Last().Asked.Models.Should().Be(
            new ModelChoices("0.10%", "spread=2", 250, 12.5, 50_000.000000000000000001m, 33.30m, 40, "50/25", "3%"));
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_left_empty_is_not_sent_and_what_is_refused_is_said()
    {
        await using var seen = await fixture.OpenAsync(browser, "/backtests", width: 380);
        var form = ConsoleFixture.Panel(seen.Page, "New backtest");
        await form.GetByLabel("Over").SelectOptionAsync($"session {FakeDesk.SessionId}");
        var run = form.GetByRole(AriaRole.Button, new() { Name = "Run" });
        var sent = await SentAsync(seen.Page, "/backtest/replay", () => run.ClickAsync());
        sent.TryGetProperty("models", out _).Should().BeFalse();
        await Expect(ConsoleFixture.Panel(seen.Page, "Report")).ToContainTextAsync("as a paper account");

        await form.GetByText("Costs and size").ClickAsync();
        await form.GetByLabel("Commission, ").FillAsync("dear");
        await run.ClickAsync();
        await Expect(form).ToContainTextAsync("Commission: expected a rate, found 'dear'.");
    }

    [Fact]
    public async Task A_sweep_is_drawn_limited_and_costed_and_why_it_cannot_be_taken_back_is_said()
    {
        fixture.Desk.SweepState = "running";
        await using var seen = await fixture.OpenAsync(browser, "/backtests?view=sweeps", width: 380);
        var form = ConsoleFixture.Panel(seen.Page, "New sweep");
        await form.GetByLabel("Strategy").SelectOptionAsync("ema-cross");
        await form.GetByLabel("Draw so many at random").FillAsync("3");
        await form.GetByLabel("Seed of the draw").FillAsync("18446744073709551615");
        await form.GetByLabel("Give one up after, s").FillAsync("2.5");
        await FillInAsync(form);
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);

        var sent = await SentAsync(seen.Page, "/backtest/sweeps", () => form.GetByRole(AriaRole.Button, new() { Name = "Sweep" }).ClickAsync());

        ShouldHaveModels(sent);
        (sent.GetProperty("random").GetString(), sent.GetProperty("seed").GetString(), sent.GetProperty("limit").GetString())
            .Should().Be(("3", "18446744073709551615", "2.5"));
        var worth = ConsoleFixture.Panel(seen.Page, "What the best is worth");
        await Expect(worth).ToContainTextAsync("Commission0.10%");
        (fixture.Desk.Swept!.Random, fixture.Desk.Swept.Seed, fixture.Desk.Swept.Limit).Should().Be((3, ulong.MaxValue, 2.5));

        var map = ConsoleFixture.Panel(seen.Page, "Heat map");
        await map.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(map.GetByRole(AriaRole.Alert)).ToHaveTextAsync("Sweep sweep-1 is completed already.");
    }

    private static async Task FillInAsync(ILocator form)
    {
        await form.GetByText("Costs and size").ClickAsync();
        foreach (var (label, value) in All.Values) await form.GetByLabel(label).FillAsync(value);
    }

    private static async Task<JsonElement> SentAsync(IPage page, string to, Func<Task> act) =>
        JsonSerializer.Deserialize<JsonElement>((await page.RunAndWaitForRequestAsync(act, new Func<IRequest, bool>(r => r.Method == "POST" && r.Url.EndsWith(to, StringComparison.Ordinal)))).PostData!);

    // As text: nothing is a binary fraction on the way.
    private static void ShouldHaveModels(JsonElement sent) =>
        sent.GetProperty("models").EnumerateObject().Select(p => (p.Name, p.Value.GetString())).Should().BeEquivalentTo(All.Select(p => (p.Key, p.Value.Value)));
}
