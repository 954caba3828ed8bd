using AlgoStack.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Screens;

/// <summary>A wide window and one of a phone, both of somebody who has signed in, and a folder for what they show.</summary>
internal sealed class Camera : IAsyncDisposable
{
    private const int Wide = 1440;
    private const int Phone = 380;
    private const int WindowHeight = 900;

    /// <summary>Of a long screen its beginning.</summary>
    private const int MostHeight = 1_300;

    private static readonly LocatorAssertionsToHaveCountOptions Patience = new() { Timeout = 30_000 };

    private readonly Desk _desk;
    private readonly string _folder;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly List<IPage> _pages = [];

    private Camera(Desk desk, string folder, IPlaywright playwright, IBrowser browser) => (_desk, _folder, _playwright, _browser) = (desk, folder, playwright, browser);

    public static async Task<Camera> OpenAsync(Desk desk, string folder)
    {
        Directory.CreateDirectory(folder);
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium.Path, Args = Chromium.Arguments });
        var camera = new Camera(desk, folder, playwright, browser);
        foreach (var width in (int[])[Wide, Phone]) await camera.SignInAsync(width);
        return camera;
    }

    /// <summary>Saves it in dark, in light, and as a phone has it.</summary>
    public async Task TakeAsync(View view)
    {
        foreach (var page in _pages)
        {
            await page.GotoAsync(new Uri(_desk.Address, $"/console/{view.Path}").AbsoluteUri);
            await SettleAsync(page);
            if (view.Prepare is not null) await view.Prepare(page);
            await SettleAsync(page);
            await SaveAsync(page, view.Name, view.IsOver);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private async Task SignInAsync(int width)
    {
        var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = WindowHeight } });
        var page = await context.NewPageAsync();
        _pages.Add(page);
        await page.GotoAsync(new Uri(_desk.Address, "/console/").AbsoluteUri);
        await page.GetByLabel("Name").FillAsync(Desk.User);
        await page.GetByLabel("Password").FillAsync(Desk.Password);
        await SaveAsync(page, "sign-in", isOver: true);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Screens" }).WaitForAsync();
    }

    /// <summary>Until everything that is read has been read, and the line of live push stands.</summary>
    private static async Task SettleAsync(IPage page)
    {
        await page.Locator("section.panel").First.WaitForAsync();
        await Expect(page.Locator(".panel[data-state=loading]")).ToHaveCountAsync(0, Patience);
        await Expect(page.Locator(".line")).ToHaveTextAsync("Connected");
    }

    private async Task SaveAsync(IPage page, string name, bool isOver)
    {
        var isPhone = page.ViewportSize!.Width == Phone;
        foreach (var scheme in isPhone ? (ColorScheme[])[ColorScheme.Dark] : [ColorScheme.Dark, ColorScheme.Light])
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme });
            var height = isOver ? WindowHeight : Math.Clamp(await page.EvaluateAsync<int>("document.documentElement.scrollHeight"), WindowHeight, MostHeight);
            // The whole of it is in the window, so that what sticks to an edge sticks to the right one.
            await page.SetViewportSizeAsync(page.ViewportSize.Width, height);
            // A chart draws itself anew in a frame after the one that has other colours or another height.
            await page.EvaluateAsync("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(drawn))))");
            await page.ScreenshotAsync(new() { Path = Path.Combine(_folder, $"{name}-{(isPhone ? "phone" : scheme == ColorScheme.Dark ? "dark" : "light")}.png"), Animations = ScreenshotAnimations.Disabled });
            await page.SetViewportSizeAsync(page.ViewportSize.Width, WindowHeight);
        }
    }
}
