using System.Globalization;
using System.Numerics;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Strategies.Tests;

/// <summary>What holds for all of them, on twenty years of real bars, each as if it were half an hour.</summary>
public sealed class EveryStrategyTests
{
    private static readonly IReadOnlyList<Bar> Data = Sp500.HalfHours;

    /// <summary>All with their usual parameters, and some with others that make them another strategy.</summary>
    public static TheoryData<string, string> Cases { get; } = AllCases();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Shuffling_the_future_changes_nothing_past(string name, string parameters)
    {
        var lived = SignalList.Of(name, Data, parameters).Signals;

        Prop.ForAll(
            Arb.From(Gen.Choose(0, Data.Count)),
            Arb.From(Gen.Choose(0, int.MaxValue)),
            (now, seed) =>
            {
                var future = Data.Skip(now).ToArray();
                new Random(seed).Shuffle(future);

                // Shuffled are the prices: the clock goes on as it does.
                var bars = Data.Take(now).Concat(future).Select((bar, i) => bar with { CloseMs = Data[i].CloseMs });
                var signals = SignalList.Of(name, bars, parameters).Signals;

                var past = lived.TakeWhile(s => now > 0 && s.Bar.CloseMs <= Data[now - 1].CloseMs).ToArray();
                return signals.Take(past.Length).SequenceEqual(past);
            }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_signal_wants_something_else_than_the_one_before(string name, string parameters)
    {
        var directions = SignalList.Of(name, Data, parameters).Directions;

        directions.Should().HaveCountGreaterThan(name == "buy-and-hold" ? 0 : 10);
        directions.Prepend(SignalDirection.Flat).Zip(directions).Should().OnlyContain(pair => pair.First != pair.Second);
        var mayShort = name == "pairs" || parameters.Contains("short=1", StringComparison.Ordinal);
        directions.Contains(SignalDirection.Short).Should().Be(mayShort);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Its_score_is_the_sum_of_its_parts_and_between_0_and_1(string name, string parameters)
    {
        foreach (var verdict in SignalList.Of(name, Data, parameters).Signals.Select(s => s.Verdict))
        {
            var parts = verdict.Explanation.ScoreParts;
            verdict.Score.Should().BeInRange(0, 1).And.Be(parts[0] + parts[1] + parts[2] + parts[3]);
            for (var i = 0; i < 4; i++) parts[i].Should().BeInRange(0, 1);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Its_explanation_is_whole_and_fits_its_schema(string name, string parameters)
    {
        var schema = StrategyCatalog.Find(name).Schema;
        schema.Inputs.Count.Should().BeInRange(1, 8);
        schema.Rules.Count.Should().BeInRange(1, 32);
        schema.ScoreParts.Count.Should().BeInRange(1, 4);

        foreach (var explanation in SignalList.Of(name, Data, parameters).Signals.Select(s => s.Verdict.Explanation))
        {
            for (var i = 0; i < 8; i++)
            {
                double.IsFinite(explanation.Inputs[i]).Should().BeTrue();
                if (i >= schema.Inputs.Count) explanation.Inputs[i].Should().Be(0);
            }

            for (var i = schema.ScoreParts.Count; i < 4; i++) explanation.ScoreParts[i].Should().Be(0);
            (32 - BitOperations.LeadingZeroCount(explanation.RulesHeld)).Should().BeLessThanOrEqualTo(schema.Rules.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Its_stop_is_a_loss_and_its_target_a_gain(string name, string parameters)
    {
        foreach (var signal in SignalList.Of(name, Data, parameters).Signals)
        {
            var verdict = signal.Verdict;
            var sign = verdict.Direction switch { SignalDirection.Long => 1, SignalDirection.Short => -1, _ => double.NaN };
            (sign * (verdict.Stop - signal.Bar.Close) >= 0).Should().BeFalse("a stop of {0} at {1} is no loss", verdict.Stop, signal.Bar.Close);
            (sign * (verdict.Target - signal.Bar.Close) <= 0).Should().BeFalse("a target of {0} at {1} is no gain", verdict.Target, signal.Bar.Close);
            if (verdict.Direction is not SignalDirection.Flat) continue;

            verdict.Stop.Should().Be(double.NaN);
            verdict.Target.Should().Be(double.NaN);
            verdict.ExpiryBars.Should().Be(0);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_close_that_would_have_flipped_it_is_where_it_flips(string name, string parameters)
    {
        var indices = Data.Select((bar, i) => (bar.CloseMs, i)).ToDictionary(pair => pair.CloseMs, pair => pair.i);
        foreach (var signal in Spread(SignalList.Of(name, Data, parameters).Signals, 24))
        {
            var index = indices[signal.Bar.CloseMs];
            var (close, flip) = (signal.Bar.Close, signal.Verdict.FlipClose);
            if (double.IsNaN(flip))
            {
                foreach (var factor in new[] { 0.5, 0.8, 0.9, 0.97, 0.99, 1.01, 1.03, 1.1, 1.25, 2 })
                    SaidWith(close * factor).Should().Be(signal.Verdict.Direction, "no close alone should flip the signal of bar {0}", index);
                continue;
            }

            var beyond = flip + ((flip >= close ? 1 : -1) * 1e-8 * close);
            SaidWith(beyond).Should().NotBe(signal.Verdict.Direction, "{0} is beyond where {1} of bar {2} flips", beyond, close, index);
            foreach (var share in new[] { 1 - 1e-6, 0.75, 0.5, 0.25, 0 })
            {
                var before = close + (share * (flip - close));
                SaidWith(before).Should().Be(signal.Verdict.Direction, "{0} is before {1}, where {2} of bar {3} flips", before, flip, close, index);
            }

            SignalDirection? SaidWith(double other)
            {
                var bars = Data.Take(index).Append(signal.Bar with { Close = other });
                var last = name == "pairs"
                    ? SignalList.OfPair(name, SignalList.WithPartners(Data.Take(index + 1)).Zip(bars, (pair, bar) => (bar, pair.Second)), parameters)
                    : SignalList.Of(name, bars, parameters);
                return last.Signals is [.., var newest] && newest.Bar.CloseMs == signal.Bar.CloseMs ? newest.Verdict.Direction : null;
            }
        }
    }

    // Buy-and-hold does not look at the price.
    [Theory]
    [MemberData(nameof(Cases))]
    public void A_price_that_never_moves_says_nothing(string name, string parameters) =>
        Prop.ForAll(Arb.From(Gen.Choose(1, 100_000)), Arb.From(Gen.Choose(0, 10)), (cents, volume) =>
        {
            var price = cents / 100.0;
            var still = Data.Take(300).Select(bar => new Bar(bar.CloseMs, price, price, price, price, volume));
            return SignalList.Of(name, still, parameters).Signals.Count == (name == "buy-and-hold" ? 1 : 0);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Instruments_do_not_hear_each_other(string name, string parameters)
    {
        // Those of a pair are to.
        if (StrategyCatalog.Find(name).IsOfPair) return;

        var alone = SignalList.Of(name, Data, parameters).Signals.Select(s => s.Verdict);
        var runner = SignalList.NewRunner(name, parameters);
        int[] instruments = [2, 0, 7];
        var heard = instruments.ToDictionary(i => i, _ => new List<Verdict>());

        foreach (var bar in Data)
        {
            foreach (var instrument in instruments)
            {
                // Each at its own price level: a state that leaked would be far off.
                var scale = Math.ScaleB(1, instrument);
                var scaled = new Bar(bar.CloseMs, bar.Open * scale, bar.High * scale, bar.Low * scale, bar.Close * scale, bar.Volume);
                if (runner.OnBar(instrument, scaled) is { } verdict) heard[instrument].Add(verdict);
            }
        }

        heard[0].Should().Equal(alone);
        heard.Values.Should().OnlyContain(verdicts => verdicts.Count == heard[0].Count);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Running_allocates_nothing_but_verdicts(string name, string parameters)
    {
        (Bar First, Bar Second)[] bars = [.. SignalList.WithPartners(Data)];
        var runner = SignalList.NewRunner(name, parameters);
        // What its members say, an ensemble hears.
        string[] members = name == "ensemble" ? ["ema-cross", "donchian-breakout", "rsi-reversion", "macd-cross"] : [];
        StrategyRunner[] heard = [.. members.Select(member => SignalList.NewRunner(member, ""))];
        AllocatedInSilence();

        // What it allocates it does each time; what is left of this thread's buffer also counts when another one collects garbage.
        Enumerable.Range(0, 5).Min(_ => AllocatedInSilence()).Should().Be(0);

        long AllocatedInSilence()
        {
            var allocated = 0L;
            foreach (var (first, second) in bars)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var isSilent = runner.OnBar(1, second) is null & runner.OnBar(0, first) is null;
                var after = GC.GetAllocatedBytesForCurrentThread();
                foreach (var member in heard) isSilent &= member.OnBar(1, second) is null & member.OnBar(0, first) is null;
                if (isSilent) allocated += after - before;
            }

            return allocated;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Its_sentences_are_the_same_in_every_culture(string name, string parameters)
    {
        var list = SignalList.Of(name, Data, parameters);
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

    private static TheoryData<string, string> AllCases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var strategy in StrategyCatalog.All) cases.Add(strategy.Name, "");
        cases.Add("donchian-breakout", "exit=20 short=1");
        cases.Add("ensemble", "ema-cross=2.5 rsi-reversion=0 enter=0.7 leave=0.35");
        cases.Add("macd-cross", "fast=3 slow=7.0 signal=3 stop=0.5");
        cases.Add("pairs", "length=20 entry=1.5 exit=0 stop=2.5");
        cases.Add("rsi-reversion", "rsi=5 oversold=35 exit=40.5 short=1");
        cases.Add("trend-pullback", "higher=240 stop=0.75 exit=70.5");
        cases.Add("vwap", "start=870 minutes=390 ratio=1.05");
        return cases;
    }

    /// <summary>So many of them, from the first to the last.</summary>
    private static IEnumerable<Signal> Spread(IReadOnlyList<Signal> signals, int count) =>
        Enumerable.Range(0, Math.Min(count, signals.Count)).Select(i => signals[(int)((long)i * signals.Count / Math.Min(count, signals.Count))]);
}
