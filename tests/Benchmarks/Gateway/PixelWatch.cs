using System.Text.Json;
using Microsoft.Playwright;

namespace AlgoStack.Benchmarks.Gateway;

/// <summary>
/// A page in Chromium that follows fills and shows each, and notes when the frame that shows it was made: after the frame's callbacks have
/// run, by the machine's clock.
/// </summary>
internal sealed class PixelWatch : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";
    private const string Follow =
        """
        token => new Promise((resolve, reject) => {
          const list = document.createElement('ol');
          document.body.prepend(list);
          window.shown = {};
          new MutationObserver(changes => requestAnimationFrame(() => setTimeout(() => {
            const at = performance.timeOrigin + performance.now();
            for (const change of changes) for (const line of change.addedNodes) window.shown[line.dataset.position] = at;
          }))).observe(list, { childList: true });
          const socket = new WebSocket(`ws://${location.host}/api/v1/ws?token=${token}`);
          socket.onopen = () => socket.send(JSON.stringify({ type: 'subscribe', id: 'fills', kinds: ['fills'] }));
          socket.onerror = () => reject(new Error('no connection'));
          socket.onmessage = message => {
            const told = JSON.parse(message.data);
            if (told.type === 'subscribed') resolve(true);
            if (told.type !== 'event') return;
            const line = document.createElement('li');
            line.dataset.position = told.data.position;
            line.textContent = `${told.data.instrument} ${told.data.side} ${told.data.quantity}`;
            list.prepend(line);
            if (list.childElementCount > 50) list.lastChild.remove();
          };
        })
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;

    private PixelWatch(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, _page) = (playwright, browser, page);

    public static async Task<PixelWatch> OpenAsync(Uri gateway, string token)
    {
        var playwright = await Playwright.CreateAsync();
        // Root has no sandbox; the rest keeps the browser from calling home.
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var page = await browser.NewPageAsync();
        await page.GotoAsync(new Uri(gateway, "/console/").AbsoluteUri);
        await page.EvaluateAsync(Follow, token);
        return new PixelWatch(playwright, browser, page);
    }

    /// <summary>When each fill was shown, Unix milliseconds, by its position in the log.</summary>
    public async Task<IReadOnlyDictionary<long, double>> ShownAsync()
    {
        // As text: of an object Playwright makes one with members of its own.
        using var shown = JsonDocument.Parse(await _page.EvaluateAsync<string>("() => JSON.stringify(window.shown)"));
        return shown.RootElement.EnumerateObject().ToDictionary(line => long.Parse(line.Name, System.Globalization.CultureInfo.InvariantCulture), line => line.Value.GetDouble());
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
