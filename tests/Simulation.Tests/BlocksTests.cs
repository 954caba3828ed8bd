using AlgoStack.Engine;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Research;
using AlgoStack.Trading.Risk;
using FluentAssertions;
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
            var found = new List<(int Row, Signal Signal)>();
            var (random, from) = (new SplitMix64((ulong)seed), 0);
            while (from < bars.Count)
            {
                var to = Math.Min(from + random.NextBelow(most) + 1, bars.Count);
                other.OnBars(bars, [.. Enumerable.Range(0, instruments)], from, to, found);
                from = to;
            }

            return expected.Count > 10 && found.Select(f => f.Signal).SequenceEqual(expected)
                && found.TrueForAll(f => bars.CloseMs[f.Row] == f.Signal.Bar.CloseMs);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void A_pair_whose_two_go_on_in_series_of_their_own_raises_the_signals_of_both()
    {
        const long Apart = 200 * 60_000;
        const long Together = 300 * 60_000;
        var pairs = StrategyCatalog.Find("pairs");
        var raised = 0;
        for (var seed = 0; seed < 50; seed++)
        {
            var walk = RandomWalk.Of(seed, 300, instruments: 2);
            var rows = Enumerable.Range(0, walk.Count).Select(row => (Instrument: walk.Instrument[row], Bar: walk[row])).ToArray();
            if (rows.Count(r => r.Bar.CloseMs == Together) < 2) continue;

            // From the hundred bars of the first alone and then of the second, only the last two are of one time.
            (BarSeries Bars, int[] Map)[] parts =
            [
                (RandomWalk.Of(walk.Instruments, [.. rows.Where(r => r.Bar.CloseMs <= Apart)]), [0, 1]),
                .. Enumerable.Range(0, 2).Select(i => (Alone(walk.Instruments[i], rows.Where(r => r.Instrument == i && r.Bar.CloseMs > Apart)), new[] { i })),
            ];
            var (one, other) = (Engine(walk), Engine(walk));
            var (expected, found) = (new List<Signal>(), new List<(int Row, Signal Signal)>());
            foreach (var (bars, map) in parts)
            {
                for (var row = 0; row < bars.Count; row++) one.OnBar(map[bars.Instrument[row]], bars[row], expected);
                other.OnBars(bars, map, 0, bars.Count, found);
            }

            found.Select(f => f.Signal).Should().Equal(expected);
            raised += found.Count(f => f.Signal.Bar.CloseMs == Together);
        }

        raised.Should().BePositive();

        SignalEngine Engine(BarSeries bars) => NewEngine(bars, [pairs.Configure("", bars.Instruments[0].Id, bars.Instruments[1].Id)]);

        static BarSeries Alone(Instrument instrument, IEnumerable<(int Instrument, Bar Bar)> rows) =>
            RandomWalk.Of([instrument], [.. rows.Select(r => (0, r.Bar))]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_backtest_is_the_live_engines_driven_instant_by_instant(int instruments) =>
        IsLive(Everything.Settings, seed => RandomWalk.Of(seed, ManyRows / instruments, instruments));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void So_it_is_over_splits_and_dividends_with_margin_and_borrowed_shares(int instruments)
    {
        var settings = Everything.Settings with
        {
            BorrowPercent = 5_000,
            Limits = new RiskLimits(RiskPercent: 40, PositionPercent: 200) { Margin = new MarginModel(50, 45) },
        };
        // With several it takes a midnight for a charge; with one, orders by the thousand wait for as little volume.
        var rows = instruments > 1 ? ManyRows : 4_000;
        BarSeries History(int seed) => Acted(RandomWalk.Of(seed, rows / instruments, instruments), new SplitMix64((ulong)seed));
        IsLive(settings, History);

        var (splits, charges, calls) = (0, 0, 0);
        for (var seed = 0; seed < 10; seed++)
        {
            using var lived = Live(History(seed), settings);
            splits += lived.PositionEvents.OfType<PositionSplit>().Count();
            charges += lived.PositionEvents.OfType<BorrowCharged>().Count();
            calls += lived.MarginCalls.Count;
        }

        splits.Should().BePositive();
        calls.Should().BePositive();
        if (instruments > 1) charges.Should().BePositive();
    }

    /// <summary>Five splits and five dividends of which the prices know nothing, which makes accounts rich or poor.</summary>
    private static BarSeries Acted(BarSeries bars, SplitMix64 random)
    {
        var actions = new List<CorporateAction>();
        while (actions.Count < 10)
        {
            var instrument = bars.Instruments[random.NextBelow(bars.Instruments.Count)].Id;
            var exMs = bars.CloseMs[random.NextBelow(bars.Count)];
            actions.Add(new CashDividend(instrument, exMs, 0.01m));
            actions.Add(new Split(instrument, exMs + random.NextBelow(100_000), random.NextBelow(3) + 1, random.NextBelow(3) + 1));
        }

        actions.Sort(CorporateAction.Compare);
        return bars with { Actions = actions };
    }

    private static void IsLive(TradingSettings settings, Func<int, BarSeries> history) =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000)), Arb.From(Gen.Choose(1, ManyRows)), (seed, most) =>
        {
            var bars = history(seed);
            using var lived = Live(bars, settings);

            using var run = new BacktestRun(settings, bars.Timeframe, Everything.Strategies(bars.Instruments));
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
                && run.Session.MarginCalls.SequenceEqual(lived.MarginCalls)
                && run.Session.Balances.SequenceEqual(lived.Balances);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5));

    private static SignalEngine NewEngine(BarSeries bars) => NewEngine(bars, Everything.Strategies(bars.Instruments));

    private static SignalEngine NewEngine(BarSeries bars, IReadOnlyList<ConfiguredStrategy> strategies)
    {
        var engine = new SignalEngine(bars.Timeframe, strategies);
        foreach (var instrument in bars.Instruments) engine.IndexOf(instrument.Id);
        return engine;
    }

    private static TradingSession Live(BarSeries bars, TradingSettings settings)
    {
        var engine = NewEngine(bars);
        var session = new TradingSession(settings with { BarLength = TimeSpan.FromMinutes(1) });
        foreach (var instrument in bars.Instruments) session.IndexOf(instrument);
        var signals = new List<Signal>();
        var actions = new Queue<CorporateAction>(bars.Actions);
        for (var from = 0; from < bars.Count;)
        {
            var to = BacktestRun.EndOfInstant(bars, from, bars.Count);
            var close = bars.CloseMs[from];
            while (actions.TryPeek(out var action) && action.ExMs < close)
            {
                session.OnAction(actions.Dequeue());
                if (action is Split split) engine.OnSplit(engine.IndexOf(split.Instrument), split.Ratio);
            }

            if (session.IsOnCredit) session.BeginInstant(close);
            for (; from < to; from++)
            {
                session.OnBar(bars.Instrument[from], bars[from]);
                engine.OnBar(bars.Instrument[from], bars[from], signals);
            }

            if (session.IsOnCredit) session.EndBars(close);
            foreach (var signal in signals) session.OnSignal(signal);
            signals.Clear();
        }

        return session;
    }
}
