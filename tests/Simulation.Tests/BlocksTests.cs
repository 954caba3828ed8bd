using AlgoStack.Engine;
using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Research;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Simulation.Tests;

/// <summary>A backtest goes through history by blocks, live bar by bar: nothing may come of that.</summary>
public sealed class BlocksTests
{
    // More rows than a backtest takes at once.
    private const int ManyRows = 10_000;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Blocks_of_any_size_raise_the_signals_that_bar_by_bar_does(int instruments) =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000)), Arb.From(Gen.Choose(1, 400)), (seed, most) =>
        {
            var bars = RandomWalk.Of(seed, 600, instruments);
            var one = NewEngine(bars);
            var expected = new List<Signal>();
            for (var row = 0; row < bars.Count; row++) one.OnBar(bars.Instrument[row], bars[row], expected);

            var other = NewEngine(bars);
            var found = new List<Signal>();
            var (random, from) = (new SplitMix64((ulong)seed), 0);
            while (from < bars.Count)
            {
                var to = Math.Min(from + random.NextBelow(most) + 1, bars.Count);
                other.OnBars(bars, [.. Enumerable.Range(0, instruments)], from, to, found);
                from = to;
            }

            return expected.Count > 10 && found.SequenceEqual(expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_backtest_is_the_live_engines_driven_instant_by_instant(int instruments) =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000)), Arb.From(Gen.Choose(1, ManyRows)), (seed, most) =>
        {
            var bars = RandomWalk.Of(seed, ManyRows / instruments, instruments);
            using var lived = Live(bars);

            using var run = new BacktestRun(Everything.Settings, bars.Timeframe, Everything.Strategies(bars.Instruments));
            var (random, from) = (new SplitMix64((ulong)seed), 0);
            while (from < bars.Count)
            {
                var to = BacktestRun.EndOfInstant(bars, Math.Min(from + random.NextBelow(most), bars.Count - 1), bars.Count);
                run.Run(bars, from, to);
                from = to;
            }

            return lived.Fills > 0
                && run.Session.OrderListHash == lived.OrderListHash
                && run.Session.OrderEvents.SequenceEqual(lived.OrderEvents)
                && run.Session.PositionEvents.SequenceEqual(lived.PositionEvents)
                && run.Session.Balances.SequenceEqual(lived.Balances);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5));

    private static SignalEngine NewEngine(BarSeries bars)
    {
        var engine = new SignalEngine(bars.Timeframe, Everything.Strategies(bars.Instruments));
        foreach (var instrument in bars.Instruments) engine.IndexOf(instrument.Id);
        return engine;
    }

    private static TradingSession Live(BarSeries bars)
    {
        var engine = NewEngine(bars);
        var session = new TradingSession(Everything.Settings with { BarLength = TimeSpan.FromMinutes(1) });
        foreach (var instrument in bars.Instruments) session.IndexOf(instrument);
        var signals = new List<Signal>();
        for (var from = 0; from < bars.Count;)
        {
            var to = BacktestRun.EndOfInstant(bars, from, bars.Count);
            for (; from < to; from++)
            {
                session.OnBar(bars.Instrument[from], bars[from]);
                engine.OnBar(bars.Instrument[from], bars[from], signals);
            }

            foreach (var signal in signals) session.OnSignal(signal);
            signals.Clear();
        }

        return session;
    }
}
