using System.Net;
using System.Text.Json;
using AlgoStack.Gateway.Tests.SigningIn;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>What administrators do to users, and the trail that all of it leaves, in a real browser over the real gateway.</summary>
public sealed class AdministrationScreenTests(ConsoleFixture fixture, BrowserFixture browser) : IClassFixture<ConsoleFixture>, IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(380, ColorScheme.Dark)]
    public async Task A_users_role_is_changed_and_shown_once_the_server_says_so(int width, ColorScheme scheme)
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        await using var seen = await fixture.OpenAsync(browser, "/users", role: "admin", width: width, height: 800);
        await seen.Page.EmulateMediaAsync(new() { ColorScheme = scheme });
        var (drawer, dialog) = await OpenUserAsync(seen.Page, person);
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Change the role" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Change the role" })).ToBeDisabledAsync();
        await dialog.GetByLabel("viewer, who may only read").CheckAsync();
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        var held = new TaskCompletionSource();
        await seen.Page.RouteAsync("**/role", async route =>
        {
            await held.Task;
            await route.ContinueAsync();
        });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Change the role" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Waiting for the answer …" })).ToBeDisabledAsync();
        (await RowOf(seen.Page, person).TextContentAsync()).Should().Contain("trader");
        held.SetResult();

        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(drawer.Locator(".facts").First).ToContainTextAsync("viewer");
        await Expect(RowOf(seen.Page, person)).ToContainTextAsync("viewer");
        using var refused = await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken);
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_is_locked_out_and_let_in_again()
    {
        var person = await fixture.JoinAsync("trader");
        await using var seen = await fixture.OpenAsync(browser, "/users", role: "admin");
        var (drawer, dialog) = await OpenUserAsync(seen.Page, person);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Lock" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Lock" }).ClickAsync();
        await Expect(RowOf(seen.Page, person)).ToContainTextAsync("locked");
        (await SignInStatusAsync(person)).Should().Be(HttpStatusCode.Unauthorized);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Unlock" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Unlock" }).ClickAsync();
        await Expect(RowOf(seen.Page, person)).ToContainTextAsync("may sign in");
        (await SignInStatusAsync(person)).Should().Be(HttpStatusCode.OK);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_users_session_and_key_are_ended()
    {
        var person = await fixture.JoinAsync("trader");
        var tokens = await fixture.SignInAsync(person);
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = "robot", Scopes = new[] { "read" }, Days = 9 }, tokens.AccessToken);
        made.EnsureSuccessStatusCode();
        await using var seen = await fixture.OpenAsync(browser, "/users", role: "admin", width: 380);
        var (drawer, dialog) = await OpenUserAsync(seen.Page, person);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Revoke robot" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke it" }).ClickAsync();
        await Expect(ConsoleFixture.Panel(seen.Page, "API keys")).ToContainTextAsync("None.");
        await drawer.GetByRole(AriaRole.Button, new() { Name = "End", Exact = true }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "End it" }).ClickAsync();

        await Expect(ConsoleFixture.Panel(seen.Page, "Signed in")).ToContainTextAsync("Nowhere.");
        using var refused = await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken);
        refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_users_data_are_saved_and_the_user_deleted_by_a_word()
    {
        var person = await fixture.JoinAsync("viewer");
        await using var seen = await fixture.OpenAsync(browser, "/users", role: "admin");
        var (drawer, dialog) = await OpenUserAsync(seen.Page, person);

        var saved = await seen.Page.RunAndWaitForDownloadAsync(() => drawer.GetByRole(AriaRole.Link, new() { Name = "All that is kept" }).ClickAsync());
        var file = JsonDocument.Parse(await File.ReadAllTextAsync(await saved.PathAsync()));
        file.RootElement.GetProperty("user").GetProperty("name").GetString().Should().Be(person.Name);

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        var delete = dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" });
        await Expect(delete).ToBeDisabledAsync();
        await dialog.GetByLabel("Type DELETE to confirm").FillAsync("delete");
        await delete.ClickAsync();

        await Expect(seen.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(RowOf(seen.Page, person)).ToHaveCountAsync(0);
        (await SignInStatusAsync(person)).Should().Be(HttpStatusCode.Unauthorized);
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task What_the_server_refuses_is_said_and_nothing_changes()
    {
        var person = await fixture.JoinAsync("trader");
        await using var seen = await fixture.OpenAsync(browser, "/users", role: "admin");
        var (drawer, dialog) = await OpenUserAsync(seen.Page, person);
        await seen.Page.RouteAsync("**/disable", route => route.FulfillAsync(Refusal(409, "last_admin", "Nobody else is an administrator.")));

        await drawer.GetByRole(AriaRole.Button, new() { Name = "Lock" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Lock" }).ClickAsync();

        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("Nobody else is an administrator.");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
        await Expect(RowOf(seen.Page, person)).ToContainTextAsync("may sign in");
    }

    [Fact]
    public async Task An_entry_says_who_what_from_where_before_and_after()
    {
        var person = await fixture.JoinAsync("trader");
        var admin = await fixture.JoinAsync("admin");
        var tokens = await fixture.SignInAsync(admin);
        var user = await UserIdAsync(await fixture.SignInAsync(person));
        using (var changed = await fixture.SendAsync(HttpMethod.Put, $"/auth/users/{user}/role", new { Role = "viewer" }, tokens.AccessToken)) changed.EnsureSuccessStatusCode();
        await using var seen = await fixture.OpenAsync(browser, "/audit", role: "admin", width: 380, height: 800);

        var choices = seen.Page.GetByRole(AriaRole.Group, new() { Name = "Filter" }).GetByRole(AriaRole.Combobox);
        await choices.Nth(0).SelectOptionAsync(person.Name);
        await choices.Nth(1).SelectOptionAsync("role_changed");
        var rows = ConsoleFixture.Panel(seen.Page, "Audit trail").Locator("tbody tr");
        await Expect(rows).ToHaveCountAsync(1);
        await Expect(rows).ToContainTextAsync("trader → viewer");
        await rows.GetByRole(AriaRole.Button).PressAsync("Enter");

        var drawer = seen.Page.GetByRole(AriaRole.Dialog);
        await Expect(drawer.GetByRole(AriaRole.Heading, new() { Name = "Role changed" })).ToBeVisibleAsync();
        foreach (var said in (string[])[$"By{admin.Name}", "From127.0.0.1", $"About{person.Name}", "Beforetrader", "Afterviewer"])
            await Expect(drawer).ToContainTextAsync(said);
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.GetByLabel("Close").ClickAsync();
        await seen.Page.GetByLabel("Through").FillAsync("2001-01-01");
        await Expect(ConsoleFixture.Panel(seen.Page, "Audit trail")).ToContainTextAsync("Nothing of this kind was done.");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task The_trail_is_read_page_by_page_and_a_change_leads_to_what_came_of_it()
    {
        var tokens = await fixture.SignInAsync("trader");
        for (var i = 0; i < 101; i++)
        {
            using var resumed = await fixture.PostAsync("/api/v1/resume", new { Reason = $"page {i}" }, tokens.AccessToken);
            resumed.EnsureSuccessStatusCode();
        }

        await using var seen = await fixture.OpenAsync(browser, $"/audit?action=change_made&user={await UserIdAsync(tokens)}", role: "admin");
        var panel = ConsoleFixture.Panel(seen.Page, "Audit trail");
        await Expect(panel.Locator("tbody tr")).ToHaveCountAsync(100);
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Newer ones" })).ToHaveCountAsync(0);
        await panel.GetByRole(AriaRole.Button, new() { Name = "Older ones" }).ClickAsync();
        await Expect(panel.Locator("tbody tr")).ToHaveCountAsync(1);
        await Expect(panel).ToContainTextAsync("POST /api/v1/resume → 200");
        await Expect(panel.GetByRole(AriaRole.Button, new() { Name = "Older ones" })).ToHaveCountAsync(0);

        await panel.Locator("tbody tr").GetByRole(AriaRole.Button).ClickAsync();
        var made = ConsoleFixture.Panel(seen.Page, "What broker-routing made of it");
        await made.GetByText("What it says").ClickAsync();
        await Expect(made).ToContainTextAsync("trading resumed");
        await Expect(made).ToContainTextAsync("0.1000000000000000055511151231257827");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.Keyboard.PressAsync("Escape");
        await panel.GetByRole(AriaRole.Button, new() { Name = "Newer ones" }).ClickAsync();
        await Expect(panel.Locator("tbody tr")).ToHaveCountAsync(100);
        seen.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData("/users", "Users", "**/auth/users")]
    [InlineData("/audit", "Audit trail", "**/api/v1/audit?*")]
    public async Task What_cannot_be_read_is_said_and_what_was_read_is_marked_as_old(string path, string title, string read)
    {
        await using var seen = await fixture.OpenAsync(browser, "/", role: "admin");
        var panel = ConsoleFixture.Panel(seen.Page, title);
        var held = new TaskCompletionSource();
        await seen.Page.RouteAsync(read, async route =>
        {
            await held.Task;
            await route.FulfillAsync(Refusal(500, "broken", "The table is being rebuilt."));
        });
        await seen.Page.GotoAsync(fixture.Screen(path).AbsoluteUri);
        await Expect(panel).ToHaveAttributeAsync("data-state", "loading");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        held.SetResult();

        await Expect(panel).ToHaveAttributeAsync("data-state", "error");
        await Expect(panel).ToContainTextAsync("The table is being rebuilt.");
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
        await seen.Page.UnrouteAsync(read);
        await panel.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(panel).ToHaveAttributeAsync("data-state", "fresh");

        await seen.Page.RouteAsync(read, route => route.FulfillAsync(Refusal(500, "broken", "The table is being rebuilt.")));
        await Expect(panel).ToHaveAttributeAsync("data-state", "stale");
        await Expect(panel.Locator("tbody tr")).Not.ToHaveCountAsync(0);
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
    }

    [Fact]
    public async Task An_administrator_comes_there_by_keyboard_and_nobody_else_comes_there()
    {
        await using var admin = await fixture.OpenAsync(browser, "/", role: "admin");
        await admin.Page.Keyboard.PressAsync("Control+k");
        await admin.Page.Keyboard.TypeAsync("audit");
        await admin.Page.Keyboard.PressAsync("Enter");
        await Expect(ConsoleFixture.Panel(admin.Page, "Audit trail")).ToBeVisibleAsync();
        await Expect(admin.Page).ToHaveTitleAsync("Audit trail · AlgoStack");

        await using var trader = await fixture.OpenAsync(browser, "/users");
        await Expect(trader.Page.Locator("main")).ToContainTextAsync("This screen is for administrators.");
        await Expect(trader.Page.GetByRole(AriaRole.Link, new() { Name = "Users" })).ToHaveCountAsync(0);
        await trader.Page.Keyboard.PressAsync("Control+k");
        await trader.Page.Keyboard.TypeAsync("audit");
        await Expect(trader.Page.GetByRole(AriaRole.Dialog)).ToContainTextAsync("There is nothing of this name.");
        trader.Errors.Should().BeEmpty();
    }

    private static RouteFulfillOptions Refusal(int status, string code, string detail) => new()
    {
        Status = status,
        ContentType = "application/problem+json",
        Body = JsonSerializer.Serialize(new { code, detail }),
    };

    private static ILocator RowOf(IPage page, Person person) =>
        ConsoleFixture.Panel(page, "Users").Locator("tbody tr").Filter(new() { Has = page.GetByText(person.Name, new() { Exact = true }) });

    /// <returns>What is open then, and the question that is asked over it.</returns>
    private static async Task<(ILocator Drawer, ILocator Dialog)> OpenUserAsync(IPage page, Person person)
    {
        await RowOf(page, person).GetByRole(AriaRole.Button).PressAsync("Enter");
        var drawer = page.Locator("dialog.drawer");
        await Expect(drawer).ToContainTextAsync(person.Name);
        await Expect(drawer.Locator("[data-state=loading]")).ToHaveCountAsync(0);
        return (drawer, page.Locator("dialog.ask"));
    }

    private async Task<HttpStatusCode> SignInStatusAsync(Person person)
    {
        using var answer = await fixture.PostAsync("/auth/sign-in", new { person.Name, person.Password });
        return answer.StatusCode;
    }

    private async Task<Guid> UserIdAsync(SigningIn.Tokens tokens)
    {
        using var answer = await fixture.SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken);
        return (await SignInFixture.JsonAsync(answer)).GetProperty("userId").GetGuid();
    }
}
