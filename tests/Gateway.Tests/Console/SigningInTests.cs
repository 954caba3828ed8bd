using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Gateway.TwoFactor;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>The way into the console and out of it, in a real browser.</summary>
public sealed class SigningInTests(ConsoleFixture fixture, BrowserFixture browser) : IClassFixture<ConsoleFixture>, IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Who_signs_in_is_where_they_wanted_to_be_and_out_again_after_signing_out()
    {
        var person = await fixture.JoinAsync("trader");
        await using var seen = await browser.OpenAsync(fixture.Screen("/orders"), width: 380);
        await Expect(seen.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);

        await ConsoleFixture.FillInAsync(seen.Page, person with { Password = "not the right one" });
        await Expect(seen.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("There is no such user with this password.");

        await ConsoleFixture.SignInAsync(seen.Page, person);
        await Expect(ConsoleFixture.Panel(seen.Page, "Orders")).ToBeVisibleAsync();

        await seen.Page.ReloadAsync();
        await Expect(ConsoleFixture.Panel(seen.Page, "Orders")).ToBeVisibleAsync();

        await seen.Page.GetByText(person.Name).ClickAsync();
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        await seen.Page.ReloadAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task With_a_second_factor_its_code_is_asked_for()
    {
        var person = await fixture.JoinAsync("trader");
        var recovery = await TurnOnAsync(person);
        await using var seen = await browser.OpenAsync(fixture.Screen("/"));
        await ConsoleFixture.FillInAsync(seen.Page, person);

        var code = seen.Page.GetByLabel("Code of your authenticator app");
        await code.FillAsync("000000");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The code is wrong, over, or was used before.");

        await code.FillAsync(recovery);
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Navigation, new() { Name = "Screens" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Two_tabs_whose_token_has_ended_go_on_and_show_no_refresh_token_twice()
    {
        var person = await fixture.JoinAsync("trader");
        await using var first = await browser.OpenAsync(fixture.Screen("/"));
        await ConsoleFixture.SignInAsync(first.Page, person);
        await using var second = await BrowserFixture.OpenAsync(first.Context, fixture.Screen("/orders"));
        await Expect(ConsoleFixture.Panel(second.Page, "Orders")).ToBeVisibleAsync();

        // Both ask who is signed in when they are loaded, and both are told that the token has ended.
        fixture.Clock.SetAhead(TimeSpan.FromMinutes(6));
        await Task.WhenAll(first.Page.ReloadAsync(), second.Page.ReloadAsync());

        await Expect(ConsoleFixture.Panel(first.Page, "Trading")).ToBeVisibleAsync();
        await Expect(ConsoleFixture.Panel(second.Page, "Orders")).ToBeVisibleAsync();
        (await fixture.QueryAsync(
            $"select count(*) from gateway.refresh_tokens join gateway.sessions using (session_id) join gateway.users using (user_id) where name = '{person.Name}' and used_at is not null and revoked_at is null"))
            // One, as a rule. That another tab has refreshed is written where this one reads it a moment later: then it refreshes too, with the next token.
            .Should().BeOneOf(1L, 2L);
    }

    [Fact]
    public async Task Who_signs_out_in_one_tab_is_out_in_the_other()
    {
        var person = await fixture.JoinAsync("trader");
        await using var first = await browser.OpenAsync(fixture.Screen("/"));
        await ConsoleFixture.SignInAsync(first.Page, person);
        await using var second = await BrowserFixture.OpenAsync(first.Context, fixture.Screen("/positions"));
        await Expect(ConsoleFixture.Panel(second.Page, "Positions")).ToBeVisibleAsync();

        await first.Page.GetByText(person.Name).ClickAsync();
        await first.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();

        await Expect(second.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Who_may_only_read_is_shown_no_switch()
    {
        await using var seen = await fixture.OpenAsync(browser, "/positions", role: "viewer");
        await Expect(ConsoleFixture.Panel(seen.Page, "Reconciliation")).ToContainTextAsync("AAPL.ALPACA");

        await Expect(seen.Page.GetByRole(AriaRole.Button, new() { Name = "Halt" })).ToHaveCountAsync(0);
        await Expect(seen.Page.GetByRole(AriaRole.Button, new() { Name = "Resolve" })).ToHaveCountAsync(0);
        await Expect(seen.Page.GetByRole(AriaRole.Button, new() { Name = "Compare now" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Who_opens_a_link_chooses_a_name_and_a_password_and_may_sign_in()
    {
        var person = new Person("browser-person", SignInFixture.Password);
        await using var seen = await browser.OpenAsync(fixture.Screen($"/join#{await fixture.InviteAsync("trader")}"), width: 380);
        await seen.Page.GetByLabel("Name", new() { Exact = true }).FillAsync(person.Name);
        await seen.Page.GetByLabel("Password, 12 characters or more").FillAsync(person.Password);
        await seen.Page.GetByLabel("The same again").FillAsync("something else");
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The two passwords differ.");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);

        await seen.Page.GetByLabel("The same again").FillAsync(person.Password);
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync($"{person.Name} may sign in now.");
        seen.Page.Url.Should().EndWith("/console/join");

        await seen.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await ConsoleFixture.SignInAsync(seen.Page, person);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_second_factor_is_turned_on_in_the_console()
    {
        await using var seen = await fixture.OpenAsync(browser, "/security");
        var panel = ConsoleFixture.Panel(seen.Page, "Second factor");
        await panel.GetByLabel("Your password").FillAsync("not the right one");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Make a secret" }).ClickAsync();
        await Expect(panel.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();

        var name = await seen.Page.Locator(".user .name").TextContentAsync();
        await panel.GetByLabel("Your password").FillAsync($"{SignInFixture.Password} {name!.Split('-')[1]}");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Make a secret" }).ClickAsync();
        var secret = TwoFactorTests.Read((await panel.Locator(".secret").TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal));
        await panel.GetByLabel("The code that it shows now").FillAsync(Totp.Code(secret, fixture.Clock.GetUtcNow().ToUnixTimeSeconds() / 30));
        await panel.GetByRole(AriaRole.Button, new() { Name = "Turn it on" }).ClickAsync();

        await Expect(panel.Locator(".codes li")).ToHaveCountAsync(10);
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await Expect(panel.Locator(".count")).ToHaveTextAsync("on");
    }

    [Fact]
    public async Task The_keyboard_alone_leads_to_every_screen()
    {
        await using var seen = await fixture.OpenAsync(browser, "/");

        await seen.Page.Keyboard.PressAsync("Control+k");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.Keyboard.TypeAsync("posi");
        await seen.Page.Keyboard.PressAsync("Enter");

        await Expect(ConsoleFixture.Panel(seen.Page, "Reconciliation")).ToBeVisibleAsync();
        seen.Page.Url.Should().EndWith("/console/positions");
        await Expect(seen.Page).ToHaveTitleAsync("Positions · AlgoStack");
    }

    private async Task<string> TurnOnAsync(Person person)
    {
        var tokens = await fixture.SignInAsync(person);
        using var begun = await fixture.PostAsync("/auth/two-factor", new { person.Password }, tokens.AccessToken);
        var secret = TwoFactorTests.Read((await SignInFixture.JsonAsync(begun)).GetProperty("secret").GetString()!);
        var code = Totp.Code(secret, fixture.Clock.GetUtcNow().ToUnixTimeSeconds() / 30);
        using var confirmed = await fixture.PostAsync("/auth/two-factor/confirm", new { Code = code }, tokens.AccessToken);
        return (await SignInFixture.JsonAsync(confirmed)).GetProperty("recoveryCodes")[0].GetString()!;
    }
}
