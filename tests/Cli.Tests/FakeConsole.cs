using System.Collections.Concurrent;
using System.Text.Json;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Operations;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Contracts.Signals;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Cli.Tests;

/// <summary>A console that answers the shapes of the contracts, as its properties say at the moment.</summary>
public sealed class FakeConsole : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 8, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;

    private FakeConsole(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public const string ApiKey = "algostack_of-a-program";

    private int _tokens;

    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>What was in <c>Authorization</c> each time.</summary>
    public ConcurrentQueue<string> AskedWith { get; } = new();

    public StartReplay? Replayed { get; private set; }

    public StartImport? Imported { get; private set; }

    public BarGaps Gaps { get; set; } = new("A.SIM", "1m", "venue", 0, null, null, 0, 0, []);

    public StartBacktest? Backtested { get; private set; }

    public BacktestChoices? Chosen { get; private set; }

    public IResult? RefuseRun { get; set; }

    /// <summary>What <c>report.json</c> of a backtest says.</summary>
    public BacktestResult Result { get; } = Waves();

    public StartSweep? Swept { get; private set; }

    public SweepView Sweep { get; set; } = Sweeps("completed");

    /// <summary>What came of its combinations, page by page.</summary>
    public IReadOnlyList<IReadOnlyList<SweepOutcome>> SweepOutcomes { get; set; } = [];

    public ArchiveStatus Archived { get; } = new("bars_200001_1", "archived", 204_105, 3_060_000, new string('a', 64), Start);

    public IResult? RefuseReplay { get; set; }

    public IResult? RefuseFeed { get; set; }

    public SessionStatus Session { get; set; } = Completed();

    public IReadOnlyList<OrderHistoryItem> OrderHistory { get; set; } = [];

    public RoutingProgress? Routing { get; set; } = Routed();

    public AlertingProgress? Alerting { get; set; } = new("replay-1", 9, Settled: true, 14, 14, 0);

    public ParityReport Parity { get; set; } = new("replay-1", 1, 412, 412, 412, 398, 398, 398, "h", "h", null, []);

    public SystemStatus Status { get; set; } = Healthy();

    public BacktestView Backtest { get; set; } = Backtests("completed");

    /// <summary>Called before each answer, so that a test can move things on.</summary>
    public Action<FakeConsole> OnAsked { get; set; } = _ => { };

    /// <summary>Answers <c>/api/v1/stores/{service}/{path}</c>, whatever the method.</summary>
    public Func<HttpContext, string, string, Task<IResult>> Stores { get; set; } = (_, _, _) => Task.FromResult(Results.NotFound());

    public Func<HttpContext, Task> Live { get; set; } = _ => Task.CompletedTask;

    public static SessionStatus Completed() => new(
        "replay-1", "replay", "/data/bars.csv", "completed", "1d", 5104, 5104, 5100, 1,
        new Dictionary<string, long>(StringComparer.Ordinal) { ["impossible_ohlc"] = 3 },
        4, null, null, Start, Start, Start.AddSeconds(2), null);

    public static RoutingProgress Routed() => new(
        "replay-1", "paper-replay-1", 4, Ended: true, Projected: true, 412, 398, 12, 386,
        [new BalanceView("USD", 100_000, 50_000, 104_233.12m, 4_000, 12)], "h", Start.AddSeconds(1), Start.AddSeconds(2));

    public static SystemStatus Healthy() => new(
        "healthy", TimeProvider.System.GetUtcNow(),
        [
            new ServiceStatus("ingestion", "healthy", 1.2, Start, null, [new CheckStatus("postgres", "healthy", 1, null), new CheckStatus("bus", "healthy", 1, null)]),
            new ServiceStatus("signal", "healthy", 1.3, Start, null, [new CheckStatus("bus", "healthy", 1, null)]),
        ]);

    public static BacktestView Backtests(string state) => new(
        "backtest-1", state, new StartBacktest(SessionId: "replay-1"), 5100, 412, 398, 386, "abc", "def",
        [new BacktestStatistics("USD", 100_000, 104_233.12m, 4_233.12m, 0.0423, 60, 0.55, 1.4, 0.8, null, 0.12, 200, -150, 900, -700, 5, 4, 12)],
        [], null, Start, state is "running" or "waiting" ? null : Start, 5100, 0.25, ["A.SIM"], [new StrategyChoice("sma-cross", "fast=5 slow=10", [])]);

    private static BacktestResult Waves()
    {
        const int Days = 300;
        var start = Start.ToUnixTimeMilliseconds();
        double[] prices = [.. Enumerable.Range(0, Days).Select(i => 100 + (10 * Math.Sin(i / 10.0)))];
        var bars = new BarSeries(
            Timeframe.Day,
            [new Instrument(new InstrumentId("A.SIM"), 0.01m, 1m, "USD")],
            new int[Days],
            [.. Enumerable.Range(0, Days).Select(i => start + (i * 86_400_000L))],
            prices,
            [.. prices.Select(p => p + 1)],
            [.. prices.Select(p => p - 1)],
            prices,
            [.. prices.Select(_ => 1_000.0)]);
        return Backtester.Run(bars, "A.SIM 1d", new BacktestPlan([PlanText.Strategy("sma-cross fast=5 slow=10")], new ModelText().Settings()));
    }

    public static SweepView Sweeps(string state) => new(
        "sweep-1", state, new StartSweep("sma-cross", ["A.SIM"], "1d"), 5, 1, 2, 5_105, Start, Start, "data", "plan", 5, 0, null, null, null, null, Start,
        state == "running" ? null : Start);

    public static async Task<FakeConsole> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseWebSockets();
        var console = new FakeConsole(app);
        console.Map();
        await app.StartAsync(CancellationToken.None);
        return console;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private void Map()
    {
        _app.Use((context, next) =>
        {
            Asked.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
            AskedWith.Enqueue(context.Request.Headers.Authorization.ToString());
            OnAsked(this);
            return next(context);
        });
        _app.MapPost("/auth/token", (JsonElement given) => given.GetProperty("apiKey").GetString() == ApiKey
            ? Results.Ok(new { AccessToken = $"token-{++_tokens}", ExpiresAt = TimeProvider.System.GetUtcNow().AddMinutes(5) })
            : Results.Problem("The API key is revoked.", statusCode: 401));
        _app.MapPost("/api/v1/replays", (StartReplay replay) =>
        {
            Replayed = replay;
            return RefuseReplay ?? Results.Accepted("/sessions/replay-1", Session);
        });
        _app.MapPost("/api/v1/imports", (StartImport import) =>
        {
            Imported = import;
            return RefuseReplay ?? Results.Accepted("/sessions/replay-1", Session);
        });
        _app.MapPost("/api/v1/feeds", (StartFeed feed) => RefuseFeed ?? Results.Accepted("/sessions/live", Session with { Kind = feed.Provider }));
        _app.MapGet("/api/v1/sessions", () => new[] { Session });
        _app.MapGet("/api/v1/sessions/{id}", () => Session);
        _app.MapGet("/api/v1/routing/sessions/{id}/progress", () => Routing is { } routing ? Results.Ok(routing) : Results.NotFound());
        _app.MapGet("/api/v1/alerting/sessions/{id}/progress", () => Alerting is { } alerting ? Results.Ok(alerting) : Results.NotFound());
        _app.MapGet("/api/v1/orders", () => new[]
        {
            new OrderView("o-1", "replay-1", "paper-replay-1", "ema-cross", "SP500.SIM", "Buy", "Market", 7, 7, 1455.22m, 0, "Filled", null, null, "s-1", Start, Start),
        });
        _app.MapGet("/api/v1/orders/{id}/events", (string id) =>
            OrderHistory.Count > 0 ? Results.Ok(OrderHistory) : Results.Problem($"There is no order {id}.", statusCode: 404));
        _app.MapPost("/api/v1/backtest/parity/{id}", (string id) =>
            id == "replay-1" ? Results.Ok(Parity) : Results.Problem($"There is no session {id}.", statusCode: 404));
        _app.MapPost("/api/v1/backtest/replay", (StartBacktest backtest) =>
        {
            Backtested = backtest;
            return Results.Accepted("/api/backtest/backtest-1", Backtest with { State = "running", EndedAt = null });
        });
        _app.MapPost("/api/v1/backtest/run", (BacktestChoices choices) =>
        {
            Chosen = choices;
            return RefuseRun ?? Results.Accepted("/api/backtest/backtest-1", Backtest with { State = "waiting", EndedAt = null });
        });
        _app.MapGet("/api/v1/backtest", () => new[] { Backtest });
        _app.MapPost("/api/v1/backtest/sweeps", (StartSweep sweep) =>
        {
            Swept = sweep;
            return Results.Accepted("/api/backtest/sweeps/sweep-1", Sweep with { State = "running", EndedAt = null });
        });
        _app.MapGet("/api/v1/backtest/sweeps/sweep-1", () => Sweep);
        _app.MapGet("/api/v1/backtest/sweeps/sweep-1/outcomes", (int after) =>
            new { Outcomes = SweepOutcomes.ElementAtOrDefault(after) ?? [], Next = Math.Min(after + 1, SweepOutcomes.Count) });
        _app.MapDelete("/api/v1/backtest/sweeps/sweep-1", () => Sweep = Sweeps("canceled"));
        _app.MapGet("/api/v1/backtest/{id}", () => Backtest);
        _app.MapDelete("/api/v1/backtest/{id}", (string id) => id == "backtest-1"
            ? Results.Ok(Backtest with { State = "canceled" })
            : Results.Problem($"There is no backtest {id}.", statusCode: 404));
        _app.MapGet("/api/v1/backtest/{id}/report.html", () => Results.Text("<html lang=\"en\"></html>", "text/html"));
        _app.MapGet("/api/v1/backtest/{id}/report.json", () =>
        {
            var json = new MemoryStream();
            JsonReport.Write(json, Result);
            return Results.Bytes(json.ToArray(), "application/json");
        });
        _app.MapGet("/api/v1/gaps", () => Gaps);
        _app.MapGet("/api/v1/status", () => Status);
        _app.Map("/api/v1/stores/{service}/{**path}", (HttpContext context, string service, string path) => Stores(context, service, path));
        _app.MapGet("/api/v1/archives", () => new[] { Archived });
        _app.MapPost("/api/v1/stores/signal/archives", () => Array.Empty<ArchiveStatus>());
        _app.MapPost("/api/v1/archives/{name}/restore", (string name) =>
            name == Archived.Name ? Results.Ok(Archived with { State = "restored" }) : Results.Problem($"No archive '{name}'.", statusCode: 404));
        _app.MapGet("/api/v1/ws", context => Live(context));
    }
}
