using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>What is said above every screen of the money that is traded, and the switch beside it.</summary>
public sealed class ModeTests(ConsoleFixture fixture, BrowserFixture browser) : IClassFixture<ConsoleFixture>, IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(true, "LIVE", "bad", 1440)]
    [InlineData(true, "LIVE", "bad", 380)]
    [InlineData(false, "PAPER", "info", 1440)]
    [InlineData(null, "Unknown", "warn", 380)]
    public async Task Real_money_is_called_live_and_nothing_else_is(bool? isLive, string text, string tone, int width)
    {
        fixture.Desk.IsLive = isLive;
        await using var seen = await fixture.OpenAsync(browser, "/security", width: width);

        var badge = seen.Page.Locator(".top .pill.mode");
        await Expect(badge).ToHaveTextAsync(text);
        await Expect(badge).ToHaveClassAsync($"pill mode {tone}");
        await Expect(seen.Page.Locator(".line")).ToHaveTextAsync("Connected");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        seen.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1440)]
    [InlineData(380)]
    public async Task Trading_can_be_halted_while_it_cannot_be_read_whether_it_is(int width)
    {
        fixture.Desk.IsLive = true;
        await using var seen = await fixture.OpenAsync(browser, "/security", width: width);
        await Expect(seen.Page.Locator(".top .pill.mode")).ToHaveTextAsync("LIVE");
        await Expect(seen.Page.Locator(".top .not-known")).ToHaveCountAsync(0);

        await seen.Page.RouteAsync("**/trading", route => route.FulfillAsync(
            new() { Status = 503, ContentType = "application/problem+json", Body = """{"code":"service_down","detail":"broker-routing does not answer."}""" }));
        await seen.Page.ReloadAsync();
        var halt = seen.Page.GetByRole(AriaRole.Button, new() { Name = "Halt", Exact = true });
        await Expect(seen.Page.Locator(".top .not-known")).ToHaveTextAsync("unknown", new() { Timeout = 30_000 });
        await Expect(seen.Page.Locator(".top .pill.mode")).ToHaveTextAsync("LIVE");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);

        await halt.ClickAsync();
        var dialog = seen.Page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Reason").FillAsync($"In the dark at {width}");
        await dialog.GetByLabel("Type HALT to confirm").FillAsync("HALT");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Halt trading" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        fixture.Desk.Switched.Should().Contain($"In the dark at {width}");
        using var resumed = await fixture.PostAsync("/api/v1/resume", new { reason = "It was seen" }, (await fixture.SignInAsync("trader")).AccessToken);
        resumed.EnsureSuccessStatusCode();
    }
}
