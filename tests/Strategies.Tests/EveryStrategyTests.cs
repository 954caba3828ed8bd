using System.Globalization;
using System.Numerics;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Strategies.Tests;

/// <summary>What holds for all of them, on twenty years of real bars.</summary>
public sealed class EveryStrategyTests
{
    public static TheoryData<string> Names { get; } = [.. StrategyCatalog.All.Select(strategy => strategy.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Shuffling_the_future_changes_nothing_past(string name)
    {
        var lived = SignalList.Of(name, Sp500.Bars).Signals;

        Prop.ForAll(
            Arb.From(Gen.Choose(0, Sp500.Bars.Count)),
            Arb.From(Gen.Choose(0, int.MaxValue)),
            (now, seed) =>
            {
                var future = Sp500.Bars.Skip(now).ToArray();
                new Random(seed).Shuffle(future);

                var signals = SignalList.Of(name, Sp500.Bars.Take(now).Concat(future)).Signals;

                var past = lived.TakeWhile(s => now > 0 && s.Bar.CloseMs <= Sp500.Bars[now - 1].CloseMs).ToArray();
                return signals.Take(past.Length).SequenceEqual(past);
            }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_signals_turn_between_long_and_flat_and_begin_with_long(string name)
    {
        var directions = SignalList.Of(name, Sp500.Bars).Signals.Select(s => s.Verdict.Direction).ToArray();

        directions.Should().HaveCountGreaterThan(50);
        directions.Should().Equal(directions.Select((_, i) => i % 2 == 0 ? SignalDirection.Long : SignalDirection.Flat));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_score_is_the_sum_of_its_parts_and_between_0_and_1(string name)
    {
        foreach (var (_, verdict) in SignalList.Of(name, Sp500.Bars).Signals)
        {
            var parts = verdict.Explanation.ScoreParts;
            verdict.Score.Should().BeInRange(0, 1).And.Be(parts[0] + parts[1] + parts[2] + parts[3]);
            for (var i = 0; i < 4; i++) parts[i].Should().BeInRange(0, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_explanation_is_whole_and_fits_its_schema(string name)
    {
        var schema = StrategyCatalog.Find(name).Schema;
        schema.Inputs.Count.Should().BeInRange(1, 8);
        schema.Rules.Count.Should().BeInRange(1, 32);
        schema.ScoreParts.Count.Should().BeInRange(1, 4);

        foreach (var (bar, verdict) in SignalList.Of(name, Sp500.Bars).Signals)
        {
            foreach (var input in verdict.Explanation.Inputs) double.IsFinite(input).Should().BeTrue();
            (32 - BitOperations.LeadingZeroCount(verdict.Explanation.RulesHeld)).Should().BeLessThanOrEqualTo(schema.Rules.Count);
            if (verdict.Direction is not SignalDirection.Long) continue;

            verdict.Stop.Should().BeLessThan(bar.Close);
            (double.IsNaN(verdict.Target) || verdict.Target > bar.Close).Should().BeTrue("a target of {0} at {1} is no gain", verdict.Target, bar.Close);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_price_that_never_moves_says_nothing(string name) =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 100_000)), cents =>
        {
            var price = cents / 100.0;
            return SignalList.Of(name, Enumerable.Repeat(new Bar(0, price, price, price, price, 0), 300)).Signals.Count == 0;
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Names))]
    public void It_says_nothing_before_it_is_warm(string name) =>
        SignalList.Of(name, Sp500.Bars).Signals[0].Bar.CloseMs.Should().BeGreaterThan(Sp500.Bars[50].CloseMs);

    [Theory]
    [MemberData(nameof(Names))]
    public void Instruments_do_not_hear_each_other(string name)
    {
        var alone = SignalList.Of(name, Sp500.Bars).Signals.Select(s => s.Verdict);
        var runner = StrategyCatalog.Find(name).NewRunner();
        int[] instruments = [2, 0, 7];
        var heard = instruments.ToDictionary(i => i, _ => new List<Verdict>());

        foreach (var bar in Sp500.Bars)
        {
            foreach (var instrument in instruments)
            {
                // Each at its own price level: a state that leaked would be far off.
                var scale = Math.ScaleB(1, instrument);
                var scaled = new Bar(bar.CloseMs, bar.Open * scale, bar.High * scale, bar.Low * scale, bar.Close * scale, bar.Volume);
                if (runner.OnBar(instrument, scaled, out var verdict)) heard[instrument].Add(verdict);
            }
        }

        heard[0].Should().Equal(alone);
        heard.Values.Should().OnlyContain(verdicts => verdicts.Count == heard[0].Count);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Running_allocates_nothing(string name)
    {
        var runner = StrategyCatalog.Find(name).NewRunner();
        foreach (var bar in Sp500.Bars) runner.OnBar(0, bar, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < Sp500.Bars.Count; i++) runner.OnBar(0, Sp500.Bars[i], out _);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Its_sentences_are_the_same_in_every_culture(string name)
    {
        var list = SignalList.Of(name, Sp500.Bars);
        var expected = list.Sentences;
        var culture = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = ",";
        try
        {
            CultureInfo.CurrentCulture = comma;
            list.Sentences.Should().Equal(expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }
}
