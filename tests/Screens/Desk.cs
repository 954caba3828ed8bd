using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;

namespace AlgoStack.Screens;

/// <summary>The whole system with real days of an index in it, people who use it, and a replay that runs.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public const string User = "mara";
    public const string Password = "violet harbour 27 sails";
    public const string Instrument = "SP500-2000.SIM";

    /// <summary>Without limits: no price of now is known where there are but replays, so that risk would deny what needs one.</summary>
    private const string Account = "desk";
    private const string Strategy = "sma-cross";

    /// <summary>By which a replay has signals, fills and trades to show.</summary>
    private const int BarsToShow = 600;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly WholeSystem _system;
    private readonly HttpClient _mara;

    private Desk(WholeSystem system)
    {
        _system = system;
        _mara = new HttpClient { BaseAddress = system.Address };
    }

    public Uri Address => _system.Address;

    /// <summary>Of the replay that runs.</summary>
    public string Running { get; private set; } = "";

    /// <summary>Of the replay that is over.</summary>
    public string Ended { get; private set; } = "";

    public IReadOnlyList<string> Backtests { get; private set; } = [];

    public static async Task<Desk> OpenAsync()
    {
        var desk = new Desk(await WholeSystem.StartAsync(
        [
            .. WholeSystem.OnPaper("desk"),
            ("Accounts__desk__Strategies__ema-cross", ""),
            ("Accounts__reserve__Broker", "paper"),
            ("Accounts__reserve__Limits__GrossExposure", "150000"),
        ]));
        try
        {
            await desk.InviteAsync();
            desk.Ended = await desk.ReplayAsync("max");
            await desk.WhenAsync(desk.Ended, status => status.State == "completed");
            desk.Running = await desk.ReplayAsync(null);
            await desk.ComputeAsync();
            await desk.WhenAsync(desk.Running, status => status.BarsAccepted >= BarsToShow);
            return desk;
        }
        catch
        {
            await desk.DisposeAsync();
            throw;
        }
    }

    /// <summary>An order with exits, around where the replay has come to, so that it is seen on the chart; what was there before is taken back.</summary>
    /// <returns>What the replay's last bar closed at.</returns>
    public async Task<decimal> OrderAsync()
    {
        await SignInAsync();
        await SendAsync(HttpMethod.Post, $"/api/v1/routing/accounts/{Account}/cancel-all", new CloseAccount("The price has gone elsewhere"));
        var come = (await GetAsync<SessionStatus>($"/api/v1/sessions/{Running}")).LastBar;
        var bars = await GetAsync<JsonElement>($"/api/v1/history?instrument={Instrument}&timeframe=1d&to={come:yyyy-MM-dd'T'HH:mm:ss'Z'}&limit=1");
        var last = (decimal)bars.GetProperty("close")[0].GetDouble();
        decimal At(decimal share) => decimal.Round(last * share, 2);
        await SendAsync(HttpMethod.Post, "/api/v1/orders", new SubmitOrder(
            Account, "SP500-2000.PAPER", "Buy", "Limit", 10, At(0.98m), TimeInForce: "Gtc", TakeProfit: new(At(1.05m)), StopLoss: new(At(0.95m))));
        return last;
    }

    public async ValueTask DisposeAsync()
    {
        _mara.Dispose();
        await _system.DisposeAsync();
    }

    /// <summary>An admin, a trader who is at work, and somebody who was locked out after a wrong password.</summary>
    private async Task InviteAsync()
    {
        await JoinAsync(_system.FirstAdminLink!.Fragment.TrimStart('#'), User);
        await SignInAsync();
        foreach (var (name, role) in ((string, string)[])[("noa", "trader"), ("ilan", "viewer")])
        {
            var made = await SendAsync(HttpMethod.Post, "/auth/invitations", new { Role = role });
            await JoinAsync(made.GetProperty("link").GetString()!.Split('#')[1], name);
        }

        using (await _mara.PostAsJsonAsync("/auth/sign-in", new { Name = "ilan", Password = "not this one, no" }))
        using (await _mara.PostAsJsonAsync("/auth/sign-in", new { Name = "noa", Password }))
        {
            var ilan = (await GetAsync<List<JsonElement>>("/auth/users")).Single(u => u.GetProperty("name").GetString() == "ilan").GetProperty("userId").GetGuid();
            await SendAsync(HttpMethod.Put, $"/auth/users/{ilan}/role", new { Role = "trader" });
            await SendAsync(HttpMethod.Post, $"/auth/users/{ilan}/disable", null);
        }

        await SendAsync(HttpMethod.Post, "/auth/api-keys", new { Name = "night report", Scopes = new[] { "read" }, Days = 90 });
        await SendAsync(HttpMethod.Post, "/api/v1/reduce", new { Reason = "A rehearsal" });
        await SendAsync(HttpMethod.Post, "/api/v1/resume", new { Reason = "The rehearsal is over" });
    }

    /// <summary>Two backtests and a sweep, all through.</summary>
    private async Task ComputeAsync()
    {
        await SignInAsync();
        var (from, to) = (new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var backtests = new List<string>();
        foreach (var parameters in (string[])["fast=50 slow=200", "fast=10 slow=30"])
        {
            var begun = await SendAsync(HttpMethod.Post, "/api/v1/backtest/replay", new StartBacktest(null, [Instrument], "1d", from, to, Strategies: [new(Strategy, parameters, [])]));
            backtests.Add(begun.GetProperty("backtestId").GetString()!);
        }

        Backtests = backtests;
        var swept = await SendAsync(HttpMethod.Post, "/api/v1/backtest/sweeps", new StartSweep(Strategy, [Instrument], "1d", from, to, "fast=10..60:10 slow=80..220:20"));
        foreach (var id in backtests) await Eventually.True(async () => (await GetAsync<JsonElement>($"/api/v1/backtest/{id}")).GetProperty("state").GetString() == "completed", Patience);
        await Eventually.True(
            async () => (await GetAsync<List<JsonElement>>("/api/v1/backtest/sweeps")).Single(s => s.GetProperty("sweepId").GetString() == swept.GetProperty("sweepId").GetString()).GetProperty("state").GetString() == "completed",
            Patience);
    }

    private async Task<string> ReplayAsync(string? speed) =>
        (await SendAsync(HttpMethod.Post, "/api/v1/replays", new StartReplay(Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv"), speed))).GetProperty("sessionId").GetString()!;

    private Task WhenAsync(string session, Func<SessionStatus, bool> condition) =>
        Eventually.True(async () => condition(await GetAsync<SessionStatus>($"/api/v1/sessions/{session}")), Patience, $"session {session} comes as far");

    private async Task JoinAsync(string invitation, string name)
    {
        using var made = await _mara.PostAsJsonAsync("/auth/users", new { Invitation = invitation, Name = name, Password });
        made.EnsureSuccessStatusCode();
    }

    /// <summary>What is asked after is asked by <see cref="User"/>, for the five minutes that a token is good.</summary>
    private async Task SignInAsync()
    {
        _mara.DefaultRequestHeaders.Authorization = null;
        var signedIn = await SendAsync(HttpMethod.Post, "/auth/sign-in", new { Name = User, Password });
        _mara.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", signedIn.GetProperty("accessToken").GetString());
    }

    private async Task<T> GetAsync<T>(string path) => (await _mara.GetFromJsonAsync<T>(path))!;

    /// <returns>What it answered, if anything.</returns>
    private async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType()) };
        request.Headers.Add("Idempotency-Key", $"{Guid.NewGuid():n}");
        using var answer = await _mara.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");

        return text.Length == 0 ? default : JsonElement.Parse(text);
    }
}
