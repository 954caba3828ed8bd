using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Simulation.Tests;

public sealed class DeterminismTests
{
    [Fact]
    public void The_same_inputs_make_the_same_orders()
    {
        var bars = RandomWalk.Of(seed: 4, minutes: 3_000, instruments: 2);

        Hash(bars).Should().Be(Hash(bars));
        Hash(bars).Should().NotBe(Hash(RandomWalk.Of(seed: 5, minutes: 3_000, instruments: 2)));
    }

    [Fact]
    public void Replayed_twenty_times_a_history_ends_the_same_each_time_event_by_event()
    {
        // A million bars behind ./test --all.
        var minutes = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") is "1" ? 500_000 : 2_000;
        var bars = RandomWalk.Of(seed: 6, minutes, instruments: 2);

        Enumerable.Range(0, 20).Select(_ => EventHash(bars)).Distinct(StringComparer.Ordinal).Should().ContainSingle();
    }

    [Fact]
    public void Runs_beside_each_other_make_the_orders_that_each_makes_alone()
    {
        BarSeries[] histories = [.. Enumerable.Range(0, 8).Select(seed => RandomWalk.Of(seed, 2_000, instruments: 2))];
        var alone = histories.Select(Hash).ToArray();

        var beside = new string[histories.Length];
        Parallel.For(0, histories.Length, new ParallelOptions { MaxDegreeOfParallelism = histories.Length }, i => beside[i] = Hash(histories[i]));

        beside.Should().Equal(alone).And.OnlyHaveUniqueItems();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Shuffling_the_future_changes_no_order_past(int instruments) =>
        Prop.ForAll(Arb.From(Gen.Choose(0, 1_000_000)), Arb.From(Gen.Choose(0, 1_499)), (seed, row) =>
        {
            var bars = RandomWalk.Of(seed, 1_500, instruments);
            var now = BacktestRun.EndOfInstant(bars, Math.Min(row, bars.Count - 1), bars.Count);
            using var lived = Everything.Run(bars);
            using var other = Everything.Run(Shuffled(bars, now, seed));

            var nowMs = bars.CloseMs[now - 1];
            return Past(other, nowMs).SequenceEqual(Past(lived, nowMs));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void A_split_and_a_dividend_to_come_change_no_order_past()
    {
        var bars = RandomWalk.Of(seed: 8, minutes: 3_000, instruments: 2);
        var nowMs = bars.CloseMs[2_000];
        using var lived = Everything.Run(bars);
        using var other = Everything.Run(bars with
        {
            Actions = [new CashDividend(bars.Instruments[0].Id, nowMs + 1, 5), new Split(bars.Instruments[1].Id, nowMs + 1, 7)],
        });

        Past(other, nowMs).Should().NotBeEmpty().And.Equal(Past(lived, nowMs));
        other.Session.OrderListHash.Should().NotBe(lived.Session.OrderListHash);
    }

    private static IEnumerable<OrderEvent> Past(BacktestRun run, long nowMs) =>
        run.Session.OrderEvents.TakeWhile(e => e.At.ToUnixTimeMilliseconds() <= nowMs);

    /// <summary>The same rows up to <paramref name="now"/>, and after it the same times with the bars of others.</summary>
    private static BarSeries Shuffled(BarSeries bars, int now, int seed)
    {
        var rows = Enumerable.Range(0, bars.Count).ToArray();
        new Random(seed).Shuffle(rows.AsSpan(now));
        return RandomWalk.Of(
            bars.Instruments, [.. rows.Select((row, i) => (bars.Instrument[i], bars[row] with { CloseMs = bars.CloseMs[i] }))]);
    }

    /// <summary>SHA-256 of every signal, order event and position event as text, and of what the account ends with.</summary>
    private static string EventHash(BarSeries bars)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var run = new BacktestRun(Everything.Settings, bars.Timeframe, Everything.Strategies(bars.Instruments));
        for (var from = 0; from < bars.Count;)
        {
            var to = BacktestRun.EndOfInstant(bars, Math.Min(from + 4_999, bars.Count - 1), bars.Count);
            run.Run(bars, from, to);
            foreach (var said in run.Signals.Concat<object>(run.Session.OrderEvents).Concat(run.Session.PositionEvents).Concat(run.Trades.Cast<object>())) Add(said);
            run.ClearEvents();
            from = to;
        }

        foreach (var balance in run.Session.Balances) Add(balance);
        foreach (var (currency, statistics) in run.Statistics) Add((currency, statistics));
        return Convert.ToHexStringLower(hash.GetCurrentHash());

        void Add(object said) => hash.AppendData(Encoding.UTF8.GetBytes($"{said}\n"));
    }

    private static string Hash(BarSeries bars)
    {
        using var run = Everything.Run(bars);
        return run.Session.OrderListHash;
    }
}
