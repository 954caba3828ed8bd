using System.Text.Json;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using Microsoft.Playwright;

namespace AlgoStack.Benchmarks.Gateway;

/// <summary>
/// Somebody who is signed in to the console in Chromium and looks at the orders. Of each fill it is noted when the frame that says it was
/// made: after the frame's callbacks have run, by the machine's clock.
/// </summary>
internal sealed class PixelWatch : IAsyncDisposable
{
    private const string Note =
        """
        () => {
          window.shown = {};
          new MutationObserver(changes => requestAnimationFrame(() => setTimeout(() => {
            const at = performance.timeOrigin + performance.now();
            for (const change of changes)
              for (const toast of change.addedNodes)
                for (const link of toast.querySelectorAll?.('a[href*="order="]') ?? []) window.shown[new URL(link.href).searchParams.get('order')] ??= at;
          }))).observe(document.querySelector('.toasts'), { childList: true });
        }
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;

    private PixelWatch(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, _page) = (playwright, browser, page);

    public static async Task<PixelWatch> OpenAsync(Uri gateway)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = Chromium.Arguments });
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(gateway, "/console/orders").AbsoluteUri);
        await page.GetByLabel("Name").FillAsync(WholeSystem.Name);
        await page.GetByLabel("Password").FillAsync(WholeSystem.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Orders", Exact = true }).First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".line")).ToHaveTextAsync("Connected");
        await page.EvaluateAsync(Note);
        return new PixelWatch(playwright, browser, page);
    }

    /// <summary>When each order's fill was first shown, Unix milliseconds.</summary>
    public async Task<IReadOnlyDictionary<string, double>> ShownAsync()
    {
        // As text: of an object Playwright makes one with members of its own.
        using var shown = JsonDocument.Parse(await _page.EvaluateAsync<string>("() => JSON.stringify(window.shown)"));
        return shown.RootElement.EnumerateObject().ToDictionary(order => order.Name, order => order.Value.GetDouble(), StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
