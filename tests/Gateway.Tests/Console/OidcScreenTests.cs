using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>A console, and a certified OpenID provider that people sign in with.</summary>
public sealed class OidcConsoleFixture : ConsoleFixture
{
    private OidcProvider? _provider;

    public OidcProvider Provider => _provider!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _provider = await OidcProvider.StartAsync(new Uri(Gateway.Address, "/auth/oidc/callback"));
        Settings = [.. _provider.Settings, "--RateLimits:Load:Addresses", "127.0.0.0/8"];
        await RestartAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_provider is not null) await _provider.DisposeAsync();
    }
}

/// <summary>The way into the console by another issuer, which is a real one, in a real browser.</summary>
public sealed class OidcScreenTests(OidcConsoleFixture fixture, BrowserFixture browser) : IClassFixture<OidcConsoleFixture>, IClassFixture<BrowserFixture>
{
    private const string Door = "Sign in at localhost";

    [Theory]
    [InlineData(1440, 900)]
    [InlineData(380, 780)]
    public async Task Who_signs_in_elsewhere_is_where_they_wanted_to_be(int width, int height)
    {
        await using var seen = await browser.OpenAsync(fixture.Screen("/orders?status=open"), width, height);
        var page = seen.Page;
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = Door })).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Password")).ToHaveCountAsync(0);
        await ConsoleFixture.ShouldBeAccessibleAsync(page);

        await SignInThereAsync(page, $"ana{width}-trader");

        await Expect(ConsoleFixture.Panel(page, "Orders")).ToBeVisibleAsync();
        page.Url.Should().Be(fixture.Screen("/orders?status=open").AbsoluteUri);
        // Its token ends, and its session goes on.
        fixture.Clock.SetAhead(TimeSpan.FromMinutes(6));
        await page.ReloadAsync();
        await Expect(ConsoleFixture.Panel(page, "Orders")).ToBeVisibleAsync();
        fixture.Clock.SetAhead(TimeSpan.Zero);

        await page.GotoAsync(fixture.Screen("/security").AbsoluteUri);
        await Expect(page.GetByText("You sign in elsewhere, and have them there.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Second factor", Exact = true })).ToHaveCountAsync(0);
        await ConsoleFixture.ShouldBeAccessibleAsync(page);
        // The provider's page asks for a font of somebody else's.
        seen.Errors.Where(error => !error.Contains("/css?family=", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task Who_has_no_role_is_told_so()
    {
        await using var seen = await browser.OpenAsync(fixture.Screen("/"));

        await SignInThereAsync(seen.Page, "bob-visitor");

        await Expect(seen.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("You may sign in there, and have no role here: ask whoever manages them.");
        seen.Page.Url.Should().Be(fixture.Screen("/").AbsoluteUri);
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
    }

    [Fact]
    public async Task Who_turns_back_there_is_told_that_they_were_not_let_in()
    {
        await using var seen = await browser.OpenAsync(fixture.Screen("/"));
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = Door }).ClickAsync();

        await seen.Page.GetByRole(AriaRole.Link, new() { Name = "Cancel" }).ClickAsync();

        await Expect(seen.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("You were not let in there.");
    }

    [Fact]
    public async Task A_link_that_says_that_somebody_is_in_lets_nobody_in()
    {
        await using var seen = await browser.OpenAsync(fixture.Screen("/#signed-in"));
        await Expect(seen.Page.GetByRole(AriaRole.Button, new() { Name = Door })).ToBeVisibleAsync();

        await using var other = await browser.OpenAsync(fixture.Screen("/#refused=Call%20this%20number"));
        await Expect(other.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("What came from there could not be trusted: ask whoever runs AlgoStack.");
        other.Page.Url.Should().Be(fixture.Screen("/").AbsoluteUri);
    }

    [Fact]
    public async Task Whoever_comes_after_somebody_else_sees_nothing_of_theirs()
    {
        await using var first = await browser.OpenAsync(fixture.Screen("/"));
        await SignInThereAsync(first.Page, "eve-trader");
        await Expect(first.Page.Locator(".user .name")).ToHaveTextAsync("eve");
        // Its first refresh is over: the cookies that it gave are cleared too.
        await first.Page.WaitForFunctionAsync("() => Date.parse(localStorage.getItem('algostack-session')) > Date.now()");
        await first.Context.ClearCookiesAsync();
        await using var second = await BrowserFixture.OpenAsync(first.Context, fixture.Screen("/"));

        await SignInThereAsync(second.Page, "ida-viewer");

        await Expect(second.Page.Locator(".user .name")).ToHaveTextAsync("ida");
        await Expect(first.Page.Locator(".user .name")).ToHaveTextAsync("ida");
    }

    [Fact]
    public async Task An_admin_sees_who_comes_from_elsewhere()
    {
        await using var seen = await browser.OpenAsync(fixture.Screen("/users"));

        await SignInThereAsync(seen.Page, "ada-admin");

        await seen.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "ada" }).ClickAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Button, new() { Name = "Lock" })).ToBeVisibleAsync();
        await Expect(seen.Page.GetByRole(AriaRole.Button, new() { Name = "Change the role" })).ToHaveCountAsync(0);
        await Expect(seen.Page.GetByRole(AriaRole.Heading, new() { Name = "From localhost" })).ToBeVisibleAsync();
        await ConsoleFixture.ShouldBeAccessibleAsync(seen.Page);
    }

    [Fact]
    public async Task A_program_takes_a_token_for_what_the_provider_gave_it()
    {
        var trader = await AskProviderAsync("rebalancer-trader");
        using var taken = await fixture.PostAsync("/auth/oidc/token", new { AccessToken = trader });
        taken.EnsureSuccessStatusCode();
        var token = await SignInFixture.JsonAsync(taken);

        token.GetProperty("scopes").EnumerateArray().Select(s => s.GetString()).Should().Equal("read", "trade");
        using var orders = await fixture.SendAsync(HttpMethod.Get, "/api/v1/orders", token: token.GetProperty("accessToken").GetString());
        orders.EnsureSuccessStatusCode();
        using var stranger = await fixture.PostAsync("/auth/oidc/token", new { AccessToken = await AskProviderAsync("stranger") });
        await SignInFixture.ShouldBeRefusedAsync(stranger, 401, "issuer_role_missing");
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("PS256")]
    public async Task It_may_sign_in_other_ways(string algorithm)
    {
        await using var provider = await OidcProvider.StartAsync(new Uri("http://127.0.0.1/auth/oidc/callback"), algorithm);
        await using var gateway = await GatewayUnderTest.StartAsync(
            fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal), clock: fixture.Clock, settings: provider.Settings);

        using var taken = await gateway.Http.PostAsJsonAsync("/auth/oidc/token", new { AccessToken = await AskAsync(provider, "rebalancer-trader") });

        taken.IsSuccessStatusCode.Should().BeTrue(await taken.Content.ReadAsStringAsync());
    }

    /// <summary>Goes there, says who it is, and lets AlgoStack know of it.</summary>
    private static async Task SignInThereAsync(IPage page, string name)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = Door }).ClickAsync();
        await page.GetByPlaceholder("Enter any login").FillAsync(name);
        await page.GetByPlaceholder("and password").FillAsync("whatever");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign-in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await page.WaitForURLAsync("**/console/**");
    }

    private Task<string> AskProviderAsync(string client) => AskAsync(fixture.Provider, client);

    /// <summary>As a program does that has a secret of its own there.</summary>
    private static async Task<string> AskAsync(OidcProvider provider, string client)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = client,
            ["client_secret"] = OidcProvider.ClientSecret,
            ["scope"] = "api",
        });
        using var answer = await http.PostAsync(new Uri(provider.Address, "/token"), form);
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }
}
