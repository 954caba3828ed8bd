using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Signals;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>The same bars and signals through a session and through an account whose venue trades what the session's does.</summary>
public sealed class StrategyParityTests
{
    private const int Bars = 150;
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);
    private static readonly Instrument[] Instruments = [.. new[] { "AAA", "BBB" }.Select(s => new Instrument(new InstrumentId($"{s}.VEN"), 0.01m, 1, "USD"))];
    private static readonly string[] Strategies = ["first", "second"];

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void An_account_orders_what_a_session_orders_however_often_it_is_made_anew_from_its_log(double restarts)
    {
        var orders = 0;
        for (var seed = 0; seed < 25; seed++) orders += ShouldAgree(seed, restarts);
        orders.Should().BeGreaterThan(1_000);
    }

    private static int ShouldAgree(int seed, double restarts)
    {
        var random = new Random(seed);
        using var session = new TradingSession(new TradingSettings(StrategyAccount.Name) { Limits = StrategyAccount.Limits });
        int[] indices = [.. Instruments.Select(session.IndexOf)];
        var account = new StrategyAccount(Start, instruments: Instruments);
        double[] prices = [100, 100];
        var wanted = new List<OrderIntent>();
        for (var i = 1; i <= Bars; i++)
        {
            account.Now = Start.AddMinutes(i);
            for (var k = 0; k < Instruments.Length; k++)
            {
                var bar = Next(random, account.Now, ref prices[k]);
                session.OnBar(indices[k], bar);
                foreach (var fill in Take(session, wanted)) account.Fill(fill.OrderId, fill.Quantity, fill.Price, fill.Commission);
                account.Bar(Instruments[k], bar);
                if (random.NextDouble() < restarts) account.Restart();
            }

            for (var k = 0; k < Instruments.Length; k++)
            {
                foreach (var strategy in Strategies.Where(_ => random.Next(4) == 0))
                {
                    var signal = Wish(random, strategy, Instruments[k].Id, account.Now, prices[k]);
                    session.OnSignal(signal);
                    account.Turn(engine => engine.OnSignal(signal, account.Now));
                    if (random.NextDouble() < restarts) account.Restart();
                    account.Turn(engine => engine.OnSignal(signal, account.Now));
                }
            }

            Take(session, wanted).Should().BeEmpty("nothing trades at a close");
            account.Intents.Select(Plain).Should().Equal(wanted.Select(Plain), "seed {0}, bar {1}", seed, i);
        }

        for (var k = 0; k < Instruments.Length; k++) account.Held(Instruments[k]).Should().Be(session.PositionOf(indices[k]).Quantity, "seed {0}", seed);
        return wanted.Count;
    }

    /// <summary>What a venue is asked for, and what an order is called; how it says when an order is over is its own business.</summary>
    private static object Plain(OrderIntent intent) => (
        intent.OrderId, intent.Strategy, intent.Instrument, intent.Side, intent.Quantity, intent.Type, intent.ReferencePrice, intent.LimitPrice, intent.StopPrice, intent.At);

    private static List<OrderFilled> Take(TradingSession session, List<OrderIntent> wanted)
    {
        List<OrderFilled> fills = [.. session.OrderEvents.OfType<OrderFilled>()];
        wanted.AddRange(session.OrderEvents.OfType<OrderRequested>().Select(r => r.Intent));
        session.OrderEvents.Clear();
        return fills;
    }

    private static Bar Next(Random random, DateTimeOffset close, ref double price)
    {
        var open = price + Math.Round(random.NextDouble() - 0.5, 2);
        price = Math.Round(Math.Max(open + (4 * (random.NextDouble() - 0.5)), 5), 2);
        return new Bar(
            close.ToUnixTimeMilliseconds(), open, Math.Round(Math.Max(open, price) + random.NextDouble(), 2), Math.Round(Math.Min(open, price) - random.NextDouble(), 2), price, 1_000_000);
    }

    private static Signal Wish(Random random, string strategy, InstrumentId instrument, DateTimeOffset at, double price)
    {
        var direction = (SignalDirection)random.Next(3);
        var away = direction == SignalDirection.Short ? -1 : 1;
        var target = random.Next(2) == 0 ? price + (away * random.Next(1, 5)) : double.NaN;
        var stop = random.Next(2) == 0 ? price - (away * random.Next(1, 5)) : double.NaN;
        return new Signal(
            SignalId.For(strategy, "", instrument, Timeframe.Minute, at.ToUnixTimeMilliseconds()),
            strategy,
            "",
            instrument,
            Timeframe.Minute,
            new Bar(at.ToUnixTimeMilliseconds(), price, price, price, price, 0),
            new Verdict(direction, 1, target, stop, random.Next(3) == 0 ? random.Next(1, 6) : 0, double.NaN, default),
            default,
            1);
    }
}
