using System.Globalization;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Alerting.Tests.Rules;

/// <summary>What the bus tells, with everything a test does not speak of filled in.</summary>
internal static class Told
{
    public static readonly DateTimeOffset At = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);

    public static BarsEvaluated Batch(long sequence, params SignalRaised[] signals) =>
        new("replay-1", 0, sequence, At.ToUnixTimeMilliseconds(), WarmUp: false, EndOfSession: false, signals);

    public static SignalRaised Signal(string instrument, double score, string direction = "Long") => new(
        $"s-{instrument}", "replay-1", "ema-cross", instrument, "1h", At, direction, 187.2, score, "Trending", null, null, 0,
        new SignalExplanation([], [], []), "the fast average crossed the slow one", 0.3,
        "fast=12 slow=26 stop=3", "Bullish", 0.5, 0.7, null, 185);

    public static OrdersChanged Page(
        long first, long last, OrderFilled[]? filled = null, OrderDenied[]? denied = null, OrderRejected[]? rejected = null, OrderRequested[]? requested = null) =>
        new(0, first, last, requested ?? [], denied ?? [], [], [], rejected ?? [], filled ?? [], []);

    public static OrderFilled Fill(long position, string account = "paper-1", decimal leaves = 0m) => new(
        position, Order(position), account, "ema-cross", "AAPL.SIM", "Buy", $"t{position}", 100m, 187.20m, 0m, leaves, At);

    public static OrderDenied Denial(long position, string code = "POSITION_LIMIT", string account = "paper-1") =>
        new(position, Order(position), account, "AAPL.SIM", code, "the position would be 1,200 of 1,000", At);

    public static OrderRejected Rejection(long position, string account = "paper-1") =>
        new(position, Order(position), account, "AAPL.SIM", "market closed", At);

    public static OrderRequested Request(long position, string account, string session) => new(
        position, Order(position), session, account, "ema-cross", "AAPL.SIM", "Buy", 100m, "Market", 187.2m, null, At);

    private static string Order(long position) => string.Create(CultureInfo.InvariantCulture, $"o{position}");
}
