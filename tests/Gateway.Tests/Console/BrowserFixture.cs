using System.Collections.Concurrent;
using AlgoStack.Testing;
using Microsoft.Playwright;
using Xunit;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>One Chromium for a test class. Where there is none, its tests fail and say so.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const float PatienceMs = 20_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = Chromium.Arguments });
        Assertions.SetDefaultExpectTimeout(PatienceMs);
    }

    /// <summary>The page in a window of its own.</summary>
    public async Task<OpenPage> OpenAsync(Uri address, int width = 1440, int height = 900)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = width, Height = height } });
        return await OpenAsync(context, address);
    }

    /// <summary>The page in another tab of a window that is open.</summary>
    public static async Task<OpenPage> OpenAsync(IBrowserContext context, Uri address)
    {
        var page = await context.NewPageAsync();
        var errors = new ConcurrentQueue<string>();
        page.PageError += (_, error) => errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            // That who is not signed in is refused is no fault of the page, though the browser says so.
            if (message.Type == "error" && !message.Text.Contains("status of 401", StringComparison.Ordinal)) errors.Enqueue($"{message.Text} {message.Location}");
        };
        await page.GotoAsync(address.AbsoluteUri);
        return new OpenPage(context, page, errors);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

/// <param name="Errors">What the browser's console said was wrong.</param>
public sealed record OpenPage(IBrowserContext Context, IPage Page, ConcurrentQueue<string> Errors) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Context.DisposeAsync();
}
