using System.Text.Json;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>A gateway with people who sign in, and a desk behind it that a test moves on.</summary>
public class ConsoleFixture : SignInFixture
{
    private FakeUpstream? _upstream;

    public FakeDesk Desk { get; } = new();

    /// <summary>The address of a screen.</summary>
    public Uri Screen(string path) => new(Gateway.Address, $"/console{path}");

    /// <summary>A screen as one of a role sees it, who has just signed in there.</summary>
    public async Task<OpenPage> OpenAsync(
        BrowserFixture browser, string path, string role = "trader", int width = 1440, int height = 900)
    {
        var seen = await browser.OpenAsync(Screen(path), width, height);
        await SignInAsync(seen.Page, await JoinAsync(role));
        return seen;
    }

    /// <summary>Fills in the form, and waits for the screen behind it.</summary>
    public static async Task SignInAsync(IPage page, Person person)
    {
        await FillInAsync(page, person);
        await Expect(page.GetByRole(AriaRole.Navigation, new() { Name = "Screens" })).ToBeVisibleAsync();
    }

    public static async Task FillInAsync(IPage page, Person person)
    {
        await page.GetByLabel("Name").FillAsync(person.Name);
        await page.GetByLabel("Password").FillAsync(person.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    /// <summary>A part of a screen, by its title.</summary>
    public static ILocator Panel(IPage page, string title) => page.Locator("section.panel").Filter(new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = title, Exact = true }) });

    /// <summary>Nobody is kept out: axe finds nothing against WCAG 2.2 AA or its own advice, and nothing is wider than the screen.</summary>
    public static async Task ShouldBeAccessibleAsync(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "services/gateway/web/node_modules/axe-core/axe.min.js")));
        var found = await page.EvaluateAsync<JsonElement>(
            """
            async () => (await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
              .violations.map(rule => `${rule.id}: ${rule.nodes.map(node => node.html.slice(0, 200)).join(' | ')}`)
            """);
        found.EnumerateArray().Select(v => v.GetString()).Should().BeEmpty();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth")).Should().BeLessThanOrEqualTo(0);
    }

    protected override async Task<IReadOnlyDictionary<string, Uri>> StartServicesAsync()
    {
        _upstream = await Desk.StartAsync();
        return Routes.Services.ToDictionary(s => s, _ => _upstream.Address, StringComparer.Ordinal);
    }

    protected override async Task StopServicesAsync()
    {
        if (_upstream is not null) await _upstream.DisposeAsync();
    }
}
