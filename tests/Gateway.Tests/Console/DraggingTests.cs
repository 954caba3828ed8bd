using System.Globalization;
using System.Text.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>Prices that are taken by the mouse, or a finger, and put elsewhere on the chart.</summary>
public sealed class DraggingTests(PaperDeskFixture fixture, BrowserFixture browser) : IClassFixture<PaperDeskFixture>, IClassFixture<BrowserFixture>, IAsyncLifetime
{
    /// <summary>Pixels, so that no two places in a row miss a line, which is taken hold of from 7 on either side.</summary>
    private const int Step = 4;

    private const int Drag = 30;

    /// <summary>Each test has the chart for itself.</summary>
    public Task InitializeAsync() => fixture.CancelAllAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task The_exits_of_a_draft_are_dragged_and_sent_where_they_were_put()
    {
        await using var seen = await fixture.OpenAsync(browser, "/chart?instrument=AAPL.SIM");
        var ticket = ConsoleFixture.Panel(seen.Page, "Order ticket");
        var canvas = await ChartAsync(seen.Page);
        await Expect(ticket.GetByLabel("Instrument")).ToHaveValueAsync("AAPL.PAPER");
        await ticket.GetByLabel("Quantity").FillAsync("6");
        await ticket.GetByLabel("Limit price").FillAsync("220");
        var (profit, loss) = (ticket.GetByLabel("Take profit at"), ticket.GetByLabel("Stop loss at"));
        await profit.FillAsync("260");
        await loss.FillAsync("180");
        // The entry's is between them.
        var lines = await LinesAsync(seen.Page, canvas);
        lines.Should().HaveCount(3);
        var priceOfPixel = (260.0 - 180.0) / (lines[2] - lines[0]);

        await DragAsync(seen.Page, canvas, lines[0], lines[0] - Drag);
        await DragAsync(seen.Page, canvas, lines[2], lines[2] - Drag);

        var (put, stop) = (await PriceAsync(profit), await PriceAsync(loss));
        ((double)put).Should().BeApproximately(260 + (Drag * priceOfPixel), Step * priceOfPixel);
        ((double)stop).Should().BeApproximately(180 + (Drag * priceOfPixel), Step * priceOfPixel);
        (decimal.Round(put, 2), decimal.Round(stop, 2)).Should().Be((put, stop), "they are on a tick");
        (await WrittenAsync(6)).Should().BeEmpty("nothing is sent by dragging");

        await ticket.GetByRole(AriaRole.Button, new() { Name = "Review the order" }).ClickAsync();
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Buy 6" }).ClickAsync();
        await Expect(ticket.GetByRole(AriaRole.Status)).ToContainTextAsync("AAPL.PAPER");

        await Eventually.True(async () => (await WrittenAsync(6)).Any(o => o.Side == "Buy"));
        var sent = (await WrittenAsync(6)).Single(o => o.Side == "Buy");
        var exits = (await fixture.Routing.GetAsync<OrderState>($"/orders/{sent.OrderId}")).Exits!;
        exits.Select(e => (e.Leg, e.LimitPrice, e.StopPrice)).Should().BeEquivalentTo(new (string, decimal?, decimal?)[] { ("TakeProfit", put, null), ("StopLoss", null, stop) });
        seen.Errors.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1440, false, 220)]
    [InlineData(380, true, 240)]
    public async Task A_stop_at_the_venue_stays_where_it_is_until_the_venue_says_that_it_moved(int width, bool byFinger, int price)
    {
        var order = await fixture.PlaceAsync($"dragged-{width}", new SubmitOrder(PaperDeskFixture.Account, "AAPL.PAPER", "Buy", "Stop", 1, StopPrice: price, TimeInForce: "Gtc"));
        await fixture.WhenAsync(order, "Accepted");
        await using var seen = await fixture.OpenAsync(browser, "/chart?instrument=AAPL.SIM", width: width);
        var (canvas, dialog) = (await ChartAsync(seen.Page), seen.Page.GetByRole(AriaRole.Dialog));
        await Expect(ConsoleFixture.Panel(seen.Page, "Open orders")).ToContainTextAsync("Stop");
        var from = (await LinesAsync(seen.Page, canvas)).Should().ContainSingle().Subject;

        if (byFinger) await DragByFingerAsync(seen, canvas, from, from + Drag);
        else await DragAsync(seen.Page, canvas, from, from + Drag);
        var asked = decimal.Parse(await dialog.GetByLabel("Stop, now").InputValueAsync(), CultureInfo.InvariantCulture);
        asked.Should().BeLessThan(price);
        var (held, told) = (new TaskCompletionSource(), new TaskCompletionSource<string>());
        await seen.Page.RouteAsync($"**/orders/{order}", async route =>
        {
            told.TrySetResult(route.Request.PostData!);
            await held.Task;
            await route.ContinueAsync();
        });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Ask the venue" }).ClickAsync();

        JsonDocument.Parse(await told.Task).RootElement.EnumerateObject().Select(p => (p.Name, p.Value.ToString())).Should()
            .Equal(("stopPrice", asked.ToString(CultureInfo.InvariantCulture)));
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Waiting for the answer …" })).ToBeDisabledAsync();
        (await StopsAsync(order)).Should().Equal([price], "nobody has asked the venue yet");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Back" }).ClickAsync();
        (await LinesAsync(seen.Page, canvas)).Should().ContainSingle().Which.Should().BeApproximately(from, Step, "it is not there yet");

        held.SetResult();
        await Eventually.True(async () => (await StopsAsync(order)).SequenceEqual([price, asked]), TimeSpan.FromSeconds(30), "the venue has changed it");
        await Eventually.True(
            async () => (await LinesAsync(seen.Page, canvas)) is [var at] && Math.Abs(at - from - Drag) <= Step, TimeSpan.FromSeconds(30), "the line is where it was put");
        seen.Errors.Should().BeEmpty();
    }

    [Fact]
    public async Task A_finger_that_scrolls_the_page_moves_no_price()
    {
        var order = await fixture.PlaceAsync("scrolled", new SubmitOrder(PaperDeskFixture.Account, "AAPL.PAPER", "Buy", "Stop", 1, StopPrice: 230, TimeInForce: "Gtc"));
        await fixture.WhenAsync(order, "Accepted");
        await using var seen = await fixture.OpenAsync(browser, "/chart?instrument=AAPL.SIM", width: 380);
        var canvas = await ChartAsync(seen.Page);
        var at = (await LinesAsync(seen.Page, canvas)).Should().ContainSingle().Subject;

        // As the browser says it when it has taken the finger for itself.
        await canvas.EvaluateAsync(
            """
            (element, at) => {
              const say = (type, y) => element.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: 100, clientY: element.getBoundingClientRect().top + y }));
              element.setPointerCapture = () => {};
              say('pointerdown', at);
              say('pointermove', at + 20);
              say('pointercancel', at + 20);
              say('pointerup', at + 20);
            }
            """,
            at);

        (await LinesAsync(seen.Page, canvas)).Should().ContainSingle().Which.Should().BeApproximately(at, Step);
        (await seen.Page.GetByRole(AriaRole.Dialog).CountAsync()).Should().Be(0);
    }

    private static async Task<ILocator> ChartAsync(IPage page)
    {
        var canvas = ConsoleFixture.Panel(page, "AAPL.SIM").Locator(".canvas");
        await Expect(canvas.Locator("canvas").First).ToBeVisibleAsync();
        await canvas.ScrollIntoViewIfNeededAsync();
        return canvas;
    }

    /// <summary>Where lines can be taken hold of, in pixels below the chart's upper edge, as a mouse that feels its way down finds them.</summary>
    private static async Task<List<double>> LinesAsync(IPage page, ILocator canvas)
    {
        var box = (await canvas.BoundingBoxAsync())!;
        var (lines, held) = (new List<double>(), new List<double>());
        for (var y = Step; y < box.Height - 30; y += Step)
        {
            await page.Mouse.MoveAsync(box.X + 100, box.Y + y);
            if (await canvas.EvaluateAsync<bool>("element => element.classList.contains('movable')"))
            {
                held.Add(y);
                continue;
            }

            if (held.Count > 0) lines.Add(held.Average());
            held.Clear();
        }

        return lines;
    }

    private static async Task DragAsync(IPage page, ILocator canvas, double from, double to)
    {
        var box = (await canvas.BoundingBoxAsync())!;
        var (x, top) = (box.X + 100, box.Y);
        await page.Mouse.MoveAsync(x, (float)(top + from));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(x, (float)(top + to), new() { Steps = 8 });
        await page.Mouse.UpAsync();
    }

    private static async Task DragByFingerAsync(OpenPage seen, ILocator canvas, double from, double to)
    {
        var box = (await canvas.BoundingBoxAsync())!;
        var chromium = await seen.Context.NewCDPSessionAsync(seen.Page);
        Dictionary<string, object> Touch(string type, params double[] at) => new(StringComparer.Ordinal)
        {
            ["type"] = type,
            ["touchPoints"] = at.Select(y => new { x = box.X + 100, y = box.Y + y }).ToArray(),
        };
        await chromium.SendAsync("Input.dispatchTouchEvent", Touch("touchStart", from));
        for (var i = 1; i <= 8; i++) await chromium.SendAsync("Input.dispatchTouchEvent", Touch("touchMove", from + ((to - from) * i / 8)));
        await chromium.SendAsync("Input.dispatchTouchEvent", Touch("touchEnd"));
    }

    private static async Task<decimal> PriceAsync(ILocator field) => decimal.Parse(await field.InputValueAsync(), CultureInfo.InvariantCulture);

    /// <summary>The order's stop prices by its events, the oldest first.</summary>
    private async Task<List<decimal>> StopsAsync(string order) =>
    [
        .. (await fixture.Routing.GetAsync<List<OrderHistoryItem>>($"/orders/{order}/events"))
            .Where(e => e.Kind is "order_requested" or "order_replaced")
            .Select(e => JsonDocument.Parse(e.Data).RootElement)
            .Select(data => (data.TryGetProperty("Intent", out var intent) ? intent : data).GetProperty("StopPrice").GetDecimal()),
    ];

    private async Task<IEnumerable<OrderView>> WrittenAsync(int quantity) =>
        (await fixture.Routing.GetAsync<List<OrderView>>($"/orders?account={PaperDeskFixture.Account}")).Where(o => o.Quantity == quantity);
}
