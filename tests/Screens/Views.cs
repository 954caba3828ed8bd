using System.Globalization;
using Microsoft.Playwright;

namespace AlgoStack.Screens;

/// <param name="Name">Of the files.</param>
/// <param name="Path">Below the console's address.</param>
/// <param name="Prepare">What is pressed before it is taken.</param>
/// <param name="IsOver">Whether what counts lies over the screen, so that the window is taken and not the whole of it.</param>
internal sealed record View(string Name, string Path, Func<IPage, Task>? Prepare = null, bool IsOver = false);

/// <summary>Each screen, and what is opened over some.</summary>
internal static class Views
{
    public static IReadOnlyList<View> Of(Desk desk) =>
    [
        new("mission", ""),
        new("chart", $"chart?instrument={Desk.Instrument}&session={desk.Running}", page => OrderAsync(desk, page)),
        new("signals", $"signals?session={desk.Running}"),
        new("signal", $"signals?session={desk.Ended}", OpenFirstAsync, IsOver: true),
        new("orders", $"orders?account=paper-{desk.Running}"),
        new("order", $"orders?account=paper-{desk.Ended}&status=Filled", OpenFirstAsync, IsOver: true),
        new("positions", $"positions?portfolio=paper-{desk.Running}"),
        new("strategies", "strategies"),
        new("backtests", $"backtests?backtest={desk.Backtests[0]}&beside={desk.Backtests[1]}"),
        new("sweeps", "backtests?view=sweeps"),
        new("parity", "backtests?view=parity", CompareAsync),
        new("users", "users"),
        new("user", "users", page => page.GetByRole(AriaRole.Button, new() { Name = "noa" }).ClickAsync(), IsOver: true),
        new("audit", "audit"),
        new("audit-entry", "audit?action=role_changed", OpenFirstAsync, IsOver: true),
        new("security", "security"),
        new("halt", "", page => page.GetByRole(AriaRole.Button, new() { Name = "Halt", Exact = true }).ClickAsync(), IsOver: true),
        new("palette", "", page => page.Keyboard.PressAsync("Control+k"), IsOver: true),
    ];

    private static async Task OrderAsync(Desk desk, IPage page)
    {
        var last = await desk.OrderAsync();
        // The replay goes on: before the page has found out by itself, the price is elsewhere.
        await page.ReloadAsync();
        var ticket = page.Locator("form.ticket");
        await ticket.GetByLabel("Quantity").FillAsync("25");
        await ticket.GetByLabel("Limit price").FillAsync(decimal.Round(last * 0.9m, 2).ToString(CultureInfo.InvariantCulture));
        await page.GetByLabel("What it would come to").WaitForAsync();
    }

    private static Task OpenFirstAsync(IPage page) => page.Locator("tbody").GetByRole(AriaRole.Button).First.ClickAsync();

    private static async Task CompareAsync(IPage page)
    {
        await page.GetByLabel("Session").SelectOptionAsync(new SelectOptionValue { Index = 1 });
        await page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await page.GetByLabel("Outcome").WaitForAsync(new() { Timeout = 120_000 });
    }
}
