using System.Collections.Concurrent;
using System.Text.Json;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>All services behind one address, with one session that a test moves on.</summary>
public sealed class FakeDesk
{
    public const string SessionId = "replay-desk";
    public const string Instrument = "SP500.SIM";

    /// <summary>That there are more bars of than a chart reads at first.</summary>
    public const string LongKnown = "OLD.SIM";

    private const int History = 200;
    private const int LongHistory = 5_000;

    private static readonly BacktestStatistics[] Statistics =
        [new("USD", 100_000, 104_233.12m, 4_233.12m, 0.0423312, 31, 0.516, 1.41, 0.93, 1.22, 0.083, 10, -7, 40, -22, 4, 3, 12, Activity: new ActivityFigures(1.2, 40, 0.1, 9, 0.4, 3.25))];

    private volatile bool _halted;
    private long _batch = 1_000;

    public ConcurrentQueue<string> Switched { get; } = new();

    public ConcurrentQueue<OrderView> Orders { get; } = new();

    public ConcurrentQueue<(StartBacktest Asked, string Key)> Backtests { get; } = new();

    public ConcurrentQueue<ResolveDrift> Resolved { get; } = new();

    public ConcurrentQueue<AlertView> Alerts { get; } = new();

    public StartSweep? Swept { get; private set; }

    /// <summary>Of sweeps: <c>running</c> for one that could be taken back.</summary>
    public string SweepState { get; set; } = "completed";

    /// <summary>As they were changed last.</summary>
    public ChangeLimits? Limits { get; private set; }

    public IReadOnlyList<SignalRaised> Signals { get; set; } = [Samples.Signal(SessionId, "s-old")];

    public string State { get; set; } = "running";

    /// <summary>Whether the account trades real money; null: it does not say.</summary>
    public bool? IsLive { get; set; } = false;

    /// <summary>Close of the newest bar that the history has.</summary>
    public static DateTimeOffset LastBar => Samples.Start.AddDays(History - 1);

    /// <summary>The number of the session's next batch.</summary>
    public long NextBatch() => Interlocked.Increment(ref _batch);

    public Task<FakeUpstream> StartAsync() => FakeUpstream.StartAsync(app =>
    {
        app.MapGet("/health/ready", () => new { status = "healthy" });
        app.MapGet("/sessions", () => new[] { Session() });
        app.MapGet("/sessions/{id}", () => Session());
        app.MapGet("/sessions/{id}/batches/{sequence:long}", (long sequence) => Samples.Bars(SessionId, sequence, 1));
        app.MapGet("/sessions/{id}/progress", () => new RoutingProgress(
            SessionId, "paper-" + SessionId, 1, false, true, 42, 40, 2, 38, [Usd()], "h", null, null));
        app.MapGet("/instruments", () => new[] { new InstrumentTerms("AAPL.SIM", 0.01m, 1, "USD") });
        app.MapGet("/history", (string instrument, int limit) => instrument == LongKnown ? Newest(limit) : Samples.Bars(SessionId, 1, History).Bars);
        app.MapGet("/signals", (DateTimeOffset? before, int? limit) => Signals.Where(signal => before is null || signal.BarClose < before).Take(limit ?? 100));
        app.MapGet("/orders", (string? status, string? after, DateTimeOffset? before, int? limit) => Orders.Reverse()
            .Where(order => status != "open" || order.Status is not ("Filled" or "Cancelled" or "Rejected" or "Denied" or "Expired"))
            .Where(order => before is null || order.RequestedAt < before)
            .SkipWhile(order => after is not null && order.OrderId != after).Skip(after is null ? 0 : 1).Take(limit ?? 100));
        app.MapGet("/portfolio", Portfolio);
        app.MapGet("/alerts", (string[] severity, string? after, int? limit) => Alerts.Reverse()
            .Where(alert => severity.Length == 0 || severity.Contains(alert.Severity, StringComparer.Ordinal))
            .SkipWhile(alert => after is not null && alert.AlertId != after).Skip(after is null ? 0 : 1).Take(limit ?? 100));
        // What was stored in the course of a request, to its last digit.
        app.MapGet("/store/events", (string correlation) => Results.Text(
            $$"""{"events":[{"sequence":7,"stream":"switch","type":"trading_resumed","at":"2024-01-01T00:00:00Z","data":{"By":{{JsonSerializer.Serialize(correlation)}},"Share":0.1000000000000000055511151231257827} }],"next":null}""",
            "application/json"));
        MapAccounts(app);
        MapStrategies(app);
        MapBacktests(app);
        app.MapPost("/halt", (HaltTrading halt) => Switch(halted: true, halt.Reason));
        app.MapPost("/resume", (ResumeTrading resume) => Switch(halted: false, resume.Reason));
    });

    public static OrderView Order(string id, string status) => new(
        id, SessionId, "paper-" + SessionId, "ema-cross", Instrument, "Buy", "Market", 7, status == "Filled" ? 7 : 0,
        status == "Filled" ? 101 : null, 0.35m, status, null, null, "s-old", Samples.Start, Samples.Start);

    public static AlertView Alert(string id, string title, string severity = "high") => new(
        id, severity, "halt", title, "Trading was halted from the console.", SessionId, Samples.Start,
        [new AlertAttempt("inbox", "delivered", Samples.Start)], "delivered");

    private void MapAccounts(WebApplication app)
    {
        app.MapGet("/trading", () => new[] { new TradingSwitchView(_halted ? "Halted" : "Active", Switched.LastOrDefault() ?? "", Samples.Start, null, null, Flatten: false) });
        app.MapGet("/accounts", () => new[] { Account() });
        app.MapGet("/accounts/{account}/limits", (string account) => new AccountLimits(
            account, 10, 25, Limits?.Limits ?? new LimitFigures(GrossExposure: 20_000, PositionValue: 5_000),
            new Dictionary<string, LimitFigures>(StringComparer.Ordinal), "configuration", "", Samples.Start));
        app.MapPut("/accounts/{account}/limits", (ChangeLimits change) =>
        {
            Limits = change;
            return Results.Ok(new { });
        });
        app.MapPost("/accounts/{account}/drifts/resolve", (string account, ResolveDrift resolve) =>
        {
            Resolved.Enqueue(resolve);
            return Results.Accepted(value: new AccountAsked(account));
        });
        app.MapGet("/portfolios", () => new[] { new PortfolioSummary("main", null, "ALPACA", Samples.Start, [Usd()]) });
        app.MapGet("/portfolios/{id}", (string id) => new PortfolioDetail(
            id, null, "ALPACA", Samples.Start, [Usd()],
            [new ExposureView("USD", 16_120.5m, 4_012.1m, 0.31, 0.077, 1_400, [new InstrumentExposure("AAPL.ALPACA", 7, 301, 2_107, 0.02)])]));
        app.MapGet("/portfolios/{id}/positions", (string? cost) => Portfolio().Positions.Select(held =>
            cost == "fifo" ? held with { Lots = [new LotView(Samples.Start, 4, 100.25m, 0.2m), new LotView(Samples.Start.AddDays(3), 3, 102, 0.15m)] } : held));
        app.MapGet("/portfolios/{id}/equity", () => Portfolio().Curve);
        app.MapGet("/portfolios/{id}/fills", () => new[] { new FillView(7, "o-1", "t-1", "AAPL.ALPACA", "Buy", 7, 101.5m, 0.35m, null, null, Samples.Start) });
        app.MapGet("/portfolios/{id}/trades", () => new[] { new PortfolioTrade(1, "AAPL.ALPACA", "Buy", 7, 100, 110, 0.7m, 0, 69.3m, Samples.Start, Samples.Start.AddDays(9)) });
        app.MapGet("/corporate-actions", () => new[] { new CorporateActionTerms("c-1", "SP500.ALPACA", "dividend", Samples.Start.AddDays(40), null, null, 0.25m) });
        app.MapGet("/executions", () => new[]
        {
            new ExecutionView("e-1", "main", "manual", "AAPL.ALPACA", "Buy", 100, 40, 101, "Twap", "Working", null, null, null, Samples.Start, Samples.Start.AddHours(1), 10, null, null, Samples.Start, null),
        });
        app.MapGet("/portfolios/{id}/statistics", () => Statistics);
        app.MapGet("/orders/{id}/events", (string id) => Events(id));
    }

    private static void MapStrategies(WebApplication app)
    {
        app.MapGet("/strategies", () => new[]
        {
            new StrategyView("ema-cross", "Long while the fast average is above the slow one.", "TrendFollowing", IsOfPair: false, [new StrategyParameter("fast", IsWhole: true, 2, 200, 12, "Bars.")]),
        });
        app.MapGet("/sessions/{id}/strategies", () => new[] { new StrategyChoice("ema-cross", "fast=12 slow=26", []) });
        app.MapGet("/accounts/{account}/strategies", () => new[]
        {
            new StrategyStanding("ema-cross", "AAPL.ALPACA", IsTrading: true, "Long", 7, 310, 290, 12, 3, "s-old", Samples.Start, Samples.Start),
        });
    }

    private void MapBacktests(WebApplication app)
    {
        app.MapPost("/api/backtest/replay", (StartBacktest asked, HttpContext context) =>
        {
            if (asked.Models?.Commission == "dear") return Results.Problem("Commission: expected a rate, found 'dear'.", statusCode: StatusCodes.Status400BadRequest);

            Backtests.Enqueue((asked, context.Request.Headers["Idempotency-Key"].ToString()));
            return Results.Accepted(value: Backtest());
        });
        app.MapGet("/api/backtest", () => Backtests.Select(_ => Backtest()));
        app.MapGet("/api/backtest/{id}", () => Backtest());
        app.MapPost("/api/backtest/parity/{session}", (string session) => new ParityReport(session, 0.995, 199, 200, 200, 40, 40, 40, "live-hash", "backtest-hash", "Signal 7: live Long, backtest Flat.", []));
        app.MapPost("/api/backtest/sweeps", (StartSweep asked) =>
        {
            Swept = asked;
            return Results.Accepted(value: Sweep(asked));
        });
        app.MapGet("/api/backtest/sweeps", () => Swept is { } asked ? new[] { Sweep(asked) } : []);
        app.MapDelete("/api/backtest/sweeps/{id}", () => Results.Problem("Sweep sweep-1 is completed already.", statusCode: StatusCodes.Status409Conflict));
        app.MapGet("/api/backtest/sweeps/{id}/outcomes", (int after) => new
        {
            Outcomes = after > 0 ? [] : (object[])[Outcome(0, 5, 20, 0.9), Outcome(1, 5, 60, 1.1), Outcome(2, 10, 20, 0.2), Outcome(3, 10, 60, 1.4)],
            Next = 1,
        });
        app.MapGet("/api/backtest/{id}/trades", () => new[] { new BacktestTrade(1, Instrument, "Buy", 7, 100, 110, 0.7m, 69.3m, Samples.Start, Samples.Start.AddDays(9)) });
    }

    private SweepView Sweep(StartSweep asked) => new(
        "sweep-1", SweepState, asked, 4, 0, 4, 200, Samples.Start, LastBar, "d", "p", 4, 0, new SweepBest(3, "fast=10 slow=60", 1.4),
        new SweepAssessmentView("fast=10 slow=60", 1.4, 0.9, 0.8, 0.3, 0.2, 0, 0.01, 0.2, 0.03, 0.1), null, null, Samples.Start, Samples.Start.AddSeconds(3));

    private static object Outcome(int index, int fast, int slow, double sharpe) => new
    {
        Index = index,
        Parameters = $"fast={fast} slow={slow}",
        Figures = new { FinalEquity = 104_000m, TotalReturn = 0.04, Sharpe = sharpe, MaxDrawdown = 0.08, Trades = 12, OrderListHash = "h" },
    };

    private BacktestView Backtest() => new(
        "b-1", "completed", new StartBacktest(null, [Instrument], "1d", Models: Backtests.LastOrDefault().Asked?.Models), 200, 12, 12, 12, "0123456789abcdef0123", "fedcba98765432100123", Statistics, Portfolio().Curve, null,
        Samples.Start, Samples.Start.AddSeconds(2), 200, 1, [Instrument], [new StrategyChoice("ema-cross", "fast=10", [])], "1d");

    private AccountView Account() => new(
        "main", "ALPACA", !Resolved.IsEmpty, Resolved.IsEmpty ? "a drift of AAPL.ALPACA is not resolved" : null, Samples.Start, Samples.Start,
        [new CashView("USD", 60_000, Samples.Start)],
        Resolved.IsEmpty ? [new DriftView("d-1", "Position", "AAPL.ALPACA", 10, 12, "The venue holds 2 more.", Samples.Start)] : [],
        IsLive,
        ["ema-cross", "rsi-reversal"]);

    private static BarColumns Newest(int limit)
    {
        var all = Samples.Bars(SessionId, 1, LongHistory, LongKnown).Bars;
        var from = Math.Max(0, LongHistory - limit);
        return new BarColumns(
            all.Instruments, all.Instrument[from..], all.CloseMs[from..], all.Open[from..], all.High[from..], all.Low[from..], all.Close[from..], all.Volume[from..]);
    }

    private static OrderHistoryItem[] Events(string order) =>
    [
        Event(1, "order_requested", $$$"""{"Intent":{"OrderId":"{{{order}}}","Side":"Buy","Quantity":7.50,"Instrument":"SP500.SIM","Type":"Market"}}"""),
        Event(2, "order_filled", """{"TradeId":"t-1","Quantity":7.50,"Price":0.1000000000000000055511151231257827,"Leaves":0}"""),
    ];

    private static OrderHistoryItem Event(long position, string kind, string data) =>
        new(position, kind, data, Samples.Start.AddSeconds(position), Samples.Start.AddSeconds(position), "4bf92f35", "signal:s-old");

    private static BalanceView Usd() => new("USD", 100_000, 60_000, 104_233.12m, 4_000, 12);

    private SessionStatus Session() => new(
        SessionId, "replay", "/data/sp500-2000.csv", State, "1d", 5104, 200, 200, 0,
        new Dictionary<string, long>(StringComparer.Ordinal), 1, Samples.Start, LastBar, Samples.Start, Samples.Start, null, null);

    private PortfolioView Portfolio() => new(
        "paper-" + SessionId, SessionId, _halted ? "Halted" : "Active", Samples.Start, [Usd()],
        [new PositionView("paper-" + SessionId, Instrument, "USD", 7, 101, 301, 4_000, 1_400, Samples.Start)],
        [.. Enumerable.Range(0, 50).Select(i => new EquityPoint(Samples.Start.AddDays(i), "USD", 60_000, 100_000 + (i * 86)))]);

    private IResult Switch(bool halted, string reason)
    {
        _halted = halted;
        Switched.Enqueue(reason);
        return Results.Ok(new { });
    }
}
