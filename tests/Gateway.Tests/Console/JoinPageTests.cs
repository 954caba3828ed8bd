using AlgoStack.Gateway.Tests.SigningIn;
using FluentAssertions;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>What a one-time link opens, in a real browser.</summary>
public sealed class JoinPageTests(SignInFixture fixture, BrowserFixture browser) : IClassFixture<SignInFixture>, IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Who_opens_a_link_chooses_a_name_and_a_password_and_may_sign_in()
    {
        var person = new Person("browser-person", SignInFixture.Password);
        var link = await fixture.InviteAsync("trader");
        await using var seen = await browser.OpenAsync(new Uri(fixture.Gateway.Address, $"/join.html#{link}"), width: 380, isLetIn: false);
        await seen.Page.GetByLabel("Name", new() { Exact = true }).FillAsync(person.Name);
        await seen.Page.GetByLabel("Password, 12 characters or more").FillAsync(person.Password);
        await seen.Page.GetByLabel("The same again").FillAsync("something else");
        await seen.Page.GetByRole(Microsoft.Playwright.AriaRole.Button).ClickAsync();
        await Expect(seen.Page.GetByRole(Microsoft.Playwright.AriaRole.Status)).ToHaveTextAsync("The two passwords differ.");

        await seen.Page.GetByLabel("The same again").FillAsync(person.Password);
        await seen.Page.GetByRole(Microsoft.Playwright.AriaRole.Button).ClickAsync();

        await Expect(seen.Page.GetByRole(Microsoft.Playwright.AriaRole.Status)).ToContainTextAsync($"{person.Name} may sign in now.");
        seen.Page.Url.Should().EndWith("/join.html");
        seen.Errors.Should().BeEmpty();
        await fixture.SignInAsync(person);
    }
}
