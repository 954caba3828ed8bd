using System.Collections.Concurrent;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Contracts.Signals;
using AlgoStack.Gateway.Tests.Live;

namespace AlgoStack.Gateway.Tests.Console;

/// <summary>All services behind one address, with one session that a test moves on.</summary>
public sealed class FakeDesk
{
    public const string SessionId = "replay-desk";
    public const string Instrument = "SP500.SIM";

    private const int History = 200;

    private volatile bool _halted;

    public ConcurrentQueue<string> Switched { get; } = new();

    public ConcurrentQueue<OrderView> Orders { get; } = new();

    public ConcurrentQueue<AlertView> Alerts { get; } = new();

    public IReadOnlyList<SignalRaised> Signals { get; set; } = [Samples.Signal(SessionId, "s-old")];

    public string State { get; set; } = "running";

    /// <summary>Close of the newest bar that the history has.</summary>
    public static DateTimeOffset LastBar => Samples.Start.AddDays(History - 1);

    public Task<FakeUpstream> StartAsync() => FakeUpstream.StartAsync(app =>
    {
        app.MapGet("/health/ready", () => new { status = "healthy" });
        app.MapGet("/sessions", () => new[] { Session() });
        app.MapGet("/sessions/{id}", () => Session());
        app.MapGet("/sessions/{id}/batches/{sequence:long}", (long sequence) => Samples.Bars(SessionId, sequence, 1));
        app.MapGet("/sessions/{id}/progress", () => new RoutingProgress(
            SessionId, "paper-" + SessionId, 1, false, true, 42, 40, 2, 38, [Usd()], "h", null, null));
        app.MapGet("/history", () => Samples.Bars(SessionId, 1, History).Bars);
        app.MapGet("/signals", () => Signals);
        app.MapGet("/orders", () => Orders.Reverse());
        app.MapGet("/portfolio", Portfolio);
        app.MapGet("/alerts", () => Alerts.Reverse());
        app.MapPost("/halt", (HaltTrading halt) => Switch(halted: true, halt.Reason));
        app.MapPost("/resume", (ResumeTrading resume) => Switch(halted: false, resume.Reason));
    });

    public static OrderView Order(string id, string status) => new(
        id, SessionId, "paper-" + SessionId, "ema-cross", Instrument, "Buy", "Market", 7, status == "Filled" ? 7 : 0,
        status == "Filled" ? 101 : null, 0.35m, status, null, null, "s-old", Samples.Start, Samples.Start);

    public static AlertView Alert(string id, string title) => new(
        id, "high", "halt", title, "Trading was halted from the console.", SessionId, Samples.Start,
        [new AlertAttempt("inbox", "delivered", Samples.Start)], "delivered");

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
