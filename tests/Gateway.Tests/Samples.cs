using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Gateway.Tests;

/// <summary>Messages as the services publish them.</summary>
public static class Samples
{
    public static readonly DateTimeOffset Start = new(2024, 3, 1, 21, 0, 0, TimeSpan.Zero);

    /// <summary>A batch of daily bars of one instrument, each a day after the other.</summary>
    public static BarsClosed Bars(string session, long sequence, int count, string instrument = "SP500.SIM")
    {
        var first = Start.AddDays((sequence - 1) * count);
        var rows = Enumerable.Range(0, count).ToArray();
        return new BarsClosed(
            session, 0, sequence, "1d", WarmUp: false, EndOfSession: false,
            [new InstrumentTerms(instrument, 0.01m, 1, "USD")],
            new BarColumns(
                [instrument],
                [.. rows.Select(_ => 0)],
                [.. rows.Select(i => first.AddDays(i).ToUnixTimeMilliseconds())],
                [.. rows.Select(i => 100.0 + i)],
                [.. rows.Select(i => 102.0 + i)],
                [.. rows.Select(i => 99.0 + i)],
                [.. rows.Select(i => 101.0 + i)],
                [.. rows.Select(i => 1_000.0 + i)]));
    }

    public static BarsEvaluated Evaluated(string session, long sequence, int signals) => new(
        session, 0, sequence, Start.ToUnixTimeMilliseconds(), WarmUp: false, EndOfSession: false,
        [.. Enumerable.Range(0, signals).Select(i => Signal(session, $"s-{sequence}-{i}"))]);

    public static SignalRaised Signal(string session, string id) => new(
        id, session, "ema-cross", "SP500.SIM", "1d", Start, "Long", 101, 0.72, "Trending", 110, 95, 0,
        new SignalExplanation(
            [new NamedValue("EMA 12", 100.4), new NamedValue("EMA 26", 99.8)],
            [new RuleOutcome("EMA 12 crossed above EMA 26", Held: true), new RuleOutcome("RSI below 70", Held: false)],
            [new NamedValue("trend", 0.5), new NamedValue("momentum", 0.22)]),
        "The fast average crossed above the slow one.", 3.2, "fast=12 slow=26 stop=3", "Bullish", 0.6, 0.7, 5.94, 100.2);

    public static OrdersChanged Filled(string session, long position, int fills) => new(
        0, position, position + fills - 1, [], [], [], [], [],
        [
            .. Enumerable.Range(0, fills).Select(i => new OrderFilled(
                position + i, $"o-{position + i}", $"paper-{session}", "ema-cross", "SP500.SIM", "Buy", $"t-{position + i}", 7, 101, 0.35m, 0, Start)),
        ],
        []);

    /// <summary>An order at a venue that meets all that can be met there, in the order of the positions.</summary>
    public static OrdersChanged Doubtful(string account, long position) => new(
        0, position, position + 5, [], [], [], [], [], [], [],
        BecameUnknown: [new(position, "o-1", account, "AAPL.ALPACA", "no answer", Start)],
        Reconciled: [new(position + 1, "o-1", account, "AAPL.ALPACA", IsAtVenue: true, "the venue has it", Start)],
        Overfilled: [new(position + 4, "o-1", account, "AAPL.ALPACA", 2, Start)],
        CancelRequested: [new(position + 2, "o-1", account, "AAPL.ALPACA", "asked for", Start)],
        Replaced: [new(position + 3, "o-1", account, "AAPL.ALPACA", 7, 101, null, Start)],
        Expired: [new(position + 5, "o-1", account, "AAPL.ALPACA", "the day is over", Start)]);
}
