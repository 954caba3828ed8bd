using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Tests.SigningIn;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>A person at the door, in a real browser.</summary>
public sealed class SignInPageTests(SignInFixture fixture, BrowserFixture browser) : IClassFixture<SignInFixture>, IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Who_is_not_signed_in_is_taken_to_where_they_can_and_stays_until_they_sign_out()
    {
        var person = await fixture.JoinAsync("trader");
        var desk = new FakeDesk();
        await using var upstream = await desk.StartAsync();
        await using var gateway = await StartAsync(upstream);
        await using var seen = await browser.OpenAsync(gateway.Address, isLetIn: false);
        await Expect(seen.Page).ToHaveURLAsync(new Uri(gateway.Address, "/sign-in.html").AbsoluteUri);

        await SignInAsync(seen.Page, person with { Password = "not the password" });
        await Expect(seen.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("There is no such user with this password.");
        await SignInAsync(seen.Page, person);
        await Expect(seen.Page.Locator("#session-state")).ToHaveTextAsync("running");
        await Expect(seen.Page.Locator("#link")).ToHaveTextAsync("live");

        // The access token is over, and the page goes on by itself.
        fixture.Clock.SetAhead(TimeSpan.FromMinutes(10));
        desk.Orders.Enqueue(FakeDesk.Order("o-9", "Filled"));
        await seen.Page.ReloadAsync();
        await Expect(seen.Page.Locator("#orders")).ToContainTextAsync("Filled");

        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(seen.Page).ToHaveURLAsync(new Uri(gateway.Address, "/sign-in.html").AbsoluteUri);
        await seen.Page.GotoAsync(gateway.Address.AbsoluteUri);
        await Expect(seen.Page).ToHaveURLAsync(new Uri(gateway.Address, "/sign-in.html").AbsoluteUri);
    }

    [Fact]
    public async Task Two_tabs_go_on_with_one_session()
    {
        var person = await fixture.JoinAsync("viewer");
        await using var upstream = await new FakeDesk().StartAsync();
        await using var gateway = await StartAsync(upstream);
        await using var seen = await browser.OpenAsync(gateway.Address, isLetIn: false);
        await SignInAsync(seen.Page, person);
        await Expect(seen.Page.Locator("#link")).ToHaveTextAsync("live");
        var second = await seen.Context.NewPageAsync();
        await second.GotoAsync(gateway.Address.AbsoluteUri);
        await Expect(second.Locator("#link")).ToHaveTextAsync("live");

        fixture.Clock.SetAhead(TimeSpan.FromMinutes(20));
        await Task.WhenAll(seen.Page.ReloadAsync(), second.ReloadAsync());

        await Expect(seen.Page.Locator("#link")).ToHaveTextAsync("live");
        await Expect(second.Locator("#link")).ToHaveTextAsync("live");
    }

    private static async Task SignInAsync(IPage page, Person person)
    {
        await page.GetByLabel("Name").FillAsync(person.Name);
        await page.GetByLabel("Password").FillAsync(person.Password);
        await page.GetByRole(AriaRole.Button).ClickAsync();
    }

    private Task<GatewayUnderTest> StartAsync(FakeUpstream upstream) => GatewayUnderTest.StartAsync(
        fixture.Broker, Routes.Services.ToDictionary(s => s, _ => upstream.Address, StringComparer.Ordinal), clock: fixture.Clock);
}
