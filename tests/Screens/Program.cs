using AlgoStack.Screens;
using Microsoft.Playwright;

if (args is not [var folder])
{
    await Console.Error.WriteLineAsync("Usage: tests/screens");
    return 2;
}

await using var desk = await Desk.OpenAsync();
await Console.Out.WriteLineAsync("A desk with twenty years of days is open. Saving ...");
await using var camera = await Camera.OpenAsync(desk, folder);
var missed = 0;
foreach (var view in Views.Of(desk))
{
    try
    {
        await camera.TakeAsync(view);
        await Console.Out.WriteLineAsync(view.Name);
    }
    catch (Exception e) when (e is PlaywrightException or TimeoutException or InvalidOperationException)
    {
        missed++;
        await Console.Error.WriteLineAsync($"{view.Name}: {e.Message}");
    }
}

return missed == 0 ? 0 : 1;
