using System.Collections.Concurrent;
using AlgoStack.Testing.Services;
using Microsoft.Playwright;
using Xunit;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>One Chromium, the system's own, for a test class. Where there is none, its tests fail and say so.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private const float PatienceMs = 20_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Chromium)) throw new FileNotFoundException($"The browser tests need {Chromium}: apt-get install chromium.");

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            // Root has no sandbox; the rest keeps the browser from calling home, which takes time where there is no net.
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        Assertions.SetDefaultExpectTimeout(PatienceMs);
    }

    /// <summary>The page in a window of its own.</summary>
    /// <param name="isLetIn">Whatever it asks for; else it has to sign in.</param>
    public async Task<OpenPage> OpenAsync(Uri address, int width = 1440, int height = 900, bool isLetIn = true)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ExtraHTTPHeaders = isLetIn ? [KeyValuePair.Create("Authorization", ServiceAccess.Header.ToString())] : null,
        });
        var page = await context.NewPageAsync();
        var errors = new ConcurrentQueue<string>();
        page.PageError += (_, error) => errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error") errors.Enqueue(message.Text);
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
