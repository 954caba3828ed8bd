using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using AlgoStack.Gateway.Tests.Console;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AlgoStack.SystemTests;

/// <summary>A newcomer's first quarter of an hour, in a real browser, with all services running: the link, two factors, a replay, an order, a halt, a backtest.</summary>
[Collection(SystemCollection.Name)]
public sealed class TheConsoleShowsAReplay(RunningSystem system, BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const string Password = "violet harbour 27 sails";
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>Of the code that was used last.</summary>
    private long _step;

    [Fact]
    public async Task From_the_one_time_link_to_the_report_of_a_backtest()
    {
        var secret = await JoinWithTwoFactorsAsync();
        await using var wide = await SignInAsync(secret, 1440);
        await using var phone = await SignInAsync(secret, 380);
        var file = Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv");
        // A day a second is to be watched, and no strategy has closed a trade by the time that somebody wants a backtest: the tape has the rest already.
        await system.ImportAsync(file);
        var session = await system.StartReplayAsync(file, "1000x");

        await Task.WhenAll(WatchAsync(wide.Page, session), WatchAsync(phone.Page, session));
        await OrderAndCancelAsync(wide.Page, 3);
        await OrderAndCancelAsync(phone.Page, 4);
        await HaltAndResumeAsync(wide.Page);
        await HaltAndResumeAsync(phone.Page);
        await BacktestAsync(wide.Page);
        await BacktestAsync(phone.Page);

        wide.Errors.Should().BeEmpty();
        phone.Errors.Should().BeEmpty();
    }

    private async Task<byte[]> JoinWithTwoFactorsAsync()
    {
        await using var seen = await browser.OpenAsync(system.FirstAdminLink!);
        await seen.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("mara");
        await seen.Page.GetByLabel("Password, 12 characters or more").FillAsync(Password);
        await seen.Page.GetByLabel("The same again").FillAsync(Password);
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await seen.Page.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await FillInAsync(seen.Page);
        await Expect(Screens(seen.Page)).ToBeVisibleAsync();
        await seen.Page.GotoAsync(new Uri(system.Console, "security").AbsoluteUri);
        var panel = Panel(seen.Page, "Second factor");
        await panel.GetByLabel("Your password").FillAsync(Password);
        await panel.GetByRole(AriaRole.Button, new() { Name = "Make a secret" }).ClickAsync();
        var secret = Read((await panel.Locator(".secret").TextContentAsync())!);
        await panel.GetByLabel("The code that it shows now").FillAsync(await NextCodeAsync(secret));
        await panel.GetByRole(AriaRole.Button, new() { Name = "Turn it on" }).ClickAsync();
        await Expect(panel.Locator(".codes li")).ToHaveCountAsync(10);
        return secret;
    }

    private async Task<OpenPage> SignInAsync(byte[] secret, int width)
    {
        var seen = await browser.OpenAsync(system.Console, width, 800);
        await FillInAsync(seen.Page);
        var code = seen.Page.GetByLabel("Code of your authenticator app");
        await Expect(code).ToBeVisibleAsync();
        await code.FillAsync(await NextCodeAsync(secret));
        await seen.Page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(Screens(seen.Page)).ToBeVisibleAsync();
        return seen;
    }

    private static async Task FillInAsync(IPage page)
    {
        await page.GetByLabel("Name").FillAsync("mara");
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
    }

    private async Task WatchAsync(IPage page, string session)
    {
        await Eventually.True(async () => await system.StatusAsync(session) is { LastBar: not null }, TimeSpan.FromSeconds(60), "the replay has begun");
        await page.GotoAsync(new Uri(system.Console, $"chart?instrument=SP500-2000.SIM&session={session}").AbsoluteUri);
        var chart = Panel(page, "SP500-2000.SIM");
        await Expect(chart.Locator(".legend")).ToBeVisibleAsync();
        var first = await chart.Locator(".legend").TextContentAsync();
        await Expect(chart.Locator(".legend")).Not.ToHaveTextAsync(first!);
        await Expect(page.Locator(".line")).ToHaveTextAsync("Connected");
    }

    /// <summary>So far from any price that it waits until it is taken back.</summary>
    private async Task OrderAndCancelAsync(IPage page, int quantity)
    {
        await page.GotoAsync(new Uri(system.Console, "chart?instrument=SP500-2000.SIM").AbsoluteUri);
        var (ticket, dialog) = (Panel(page, "Order ticket"), page.GetByRole(AriaRole.Dialog));
        await Expect(ticket.GetByLabel("Instrument")).ToHaveValueAsync("SP500-2000.PAPER");
        await ticket.GetByLabel("Type").SelectOptionAsync("Limit");
        await ticket.GetByLabel("Quantity").FillAsync($"{quantity}");
        await ticket.GetByLabel("Limit price").FillAsync("1.00");
        await ticket.GetByLabel("Time in force").SelectOptionAsync("Gtc");
        await ticket.GetByRole(AriaRole.Button, new() { Name = "Review the order" }).ClickAsync();
        await Expect(dialog).ToContainTextAsync($"Buy {quantity} SP500-2000.PAPER");
        await dialog.GetByRole(AriaRole.Button, new() { Name = $"Buy {quantity}", Exact = true }).ClickAsync();
        await Expect(ticket.GetByRole(AriaRole.Status)).ToContainTextAsync("SP500-2000.PAPER");

        await page.GotoAsync(new Uri(system.Console, $"orders?account={RunningSystem.Account}&status=open").AbsoluteUri);
        var orders = Panel(page, "Orders");
        var order = orders.GetByRole(AriaRole.Row).Filter(new() { HasText = "SP500-2000.PAPER" });
        await Expect(order).ToHaveCountAsync(1);
        await Expect(order.Locator(".pill")).ToHaveTextAsync("Accepted");
        await order.ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel this order" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel the order" }).ClickAsync();
        await Expect(orders).ToContainTextAsync("None of these orders is like that.");
        await Expect(order).ToHaveCountAsync(0);
        // It is still told of, though no list here has it any more.
        await Expect(dialog).ToContainTextAsync("Canceled");
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
    }

    private static async Task HaltAndResumeAsync(IPage page)
    {
        var (badge, dialog) = (page.Locator(".pill.mode"), page.GetByRole(AriaRole.Dialog));
        await page.GetByRole(AriaRole.Button, new() { Name = "Halt", Exact = true }).ClickAsync();
        await dialog.GetByLabel("Type HALT to confirm").FillAsync("HALT");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Halt trading" }).ClickAsync();
        await Expect(badge).ToHaveTextAsync("Halted");

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).ClickAsync();
        await dialog.GetByLabel("Type RESUME to confirm").FillAsync("RESUME");
        await dialog.GetByLabel("Reason").FillAsync("It was but a test");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Resume trading" }).ClickAsync();
        await Expect(badge).ToHaveTextAsync("PAPER");
    }

    private async Task BacktestAsync(IPage page)
    {
        await page.GotoAsync(new Uri(system.Console, "backtests").AbsoluteUri);
        var form = Panel(page, "New backtest");
        await form.GetByLabel("Over").SelectOptionAsync("instrument SP500-2000.SIM");
        await form.GetByLabel("Strategy").SelectOptionAsync("sma-cross");
        await form.GetByRole(AriaRole.Button, new() { Name = "Run" }).ClickAsync();

        // It runs beside a replay, on whatever else this machine does.
        await Expect(Panel(page, "Report").Locator(".pill").First).ToHaveTextAsync("completed", new() { Timeout = 120_000 });
        await Expect(Panel(page, "Statistics")).ToContainTextAsync("Sharpe");
        var trades = Panel(page, "Trades").Locator("tbody tr");
        // What is shown may still be a run before this one, until its own takes the place: the two panels are read one after the other.
        var told = Panel(page, "Statistics").GetByRole(AriaRole.Row, new() { Name = "Trades" });
        await Eventually.True(
            async () => await trades.CountAsync() is var shown and > 0 && await told.AllTextContentsAsync() is [var text] && text == $"Trades{shown}",
            TimeSpan.FromSeconds(60),
            "as many trades are listed as are counted");
    }

    private static ILocator Panel(IPage page, string title) => page.Locator("section.panel").Filter(new() { Has = page.GetByRole(AriaRole.Heading, new() { Name = title, Exact = true }) });

    private static ILocator Screens(IPage page) => page.GetByRole(AriaRole.Navigation, new() { Name = "Screens" });

    /// <summary>Each code is good once, and from the step before its own to the one after it.</summary>
    private async Task<string> NextCodeAsync(byte[] secret)
    {
        _step = Math.Max(_step + 1, Step);
        await Eventually.True(() => _step <= Step + 1, TimeSpan.FromSeconds(65), "a code that was not used can be taken");
        return CodeOf(secret, _step);
    }

    private static long Step => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 30;

    /// <summary>RFC 6238, as authenticator apps do it.</summary>
    private static string CodeOf(byte[] secret, long step)
    {
        var counter = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
#pragma warning disable CA5350 // The algorithm of authenticator apps.
        var hash = HMACSHA1.HashData(secret, counter);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue;
        return (number % 1_000_000).ToString("d6", CultureInfo.InvariantCulture);
    }

    private static byte[] Read(string base32)
    {
        var bits = string.Concat(base32.Where(c => c != ' ').Select(c => Convert.ToString(Alphabet.IndexOf(c, StringComparison.Ordinal), 2).PadLeft(5, '0')));
        return [.. bits.Chunk(8).Where(b => b.Length == 8).Select(b => Convert.ToByte(new string(b), 2))];
    }
}
