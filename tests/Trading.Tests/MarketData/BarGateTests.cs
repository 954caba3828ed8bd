using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Trading.Tests.MarketData;

public sealed class BarGateTests
{
    private const long Now = 2_000_000_000_000;

    private readonly BarGate _gate = new();

    [Theory]
    [InlineData(10, 9, 8, 8.5, 1, "impossible_ohlc")]
    [InlineData(10, 12, 11, 11.5, 1, "impossible_ohlc")]
    [InlineData(10, 12, 9, 13, 1, "impossible_ohlc")]
    [InlineData(10, 12, 9, 8, 1, "impossible_ohlc")]
    [InlineData(10, 8, 12, 10, 1, "impossible_ohlc")]
    [InlineData(double.NaN, 12, 9, 11, 1, "not_a_number")]
    [InlineData(10, double.PositiveInfinity, 9, 11, 1, "not_a_number")]
    [InlineData(10, 12, double.NegativeInfinity, 11, 1, "not_a_number")]
    [InlineData(10, 12, 9, 11, double.NaN, "not_a_number")]
    [InlineData(0, 12, 0, 11, 1, "non_positive_price")]
    [InlineData(-1, 12, -2, 11, 1, "non_positive_price")]
    [InlineData(10, 12, 9, 11, -1, "negative_volume")]
    [InlineData(10, 1e16, 9, 11, 1, "price_out_of_range")]
    [InlineData(10, 12, 1e-12, 11, 1, "price_out_of_range")]
    public void A_bar_that_cannot_be_is_kept_out(double open, double high, double low, double close, double volume, string reason) =>
        _gate.Check(0, new Bar(1_000_000, open, high, low, close, volume), Now).Should().Be(GateVerdict.Quarantined(reason));

    [Fact]
    public void A_flat_bar_without_volume_is_accepted() => Check(60_000, 10).Should().Be(GateVerdict.Accepted);

    [Fact]
    public void An_exact_repeat_is_a_duplicate_also_a_few_bars_later()
    {
        for (var i = 1; i <= 100; i++) Check(i * 60_000, i);

        Check(100 * 60_000, 100).Should().Be(GateVerdict.Duplicate);
        Check(60 * 60_000, 60).Should().Be(GateVerdict.Duplicate);
    }

    [Fact]
    public void A_repeat_with_other_values_conflicts_and_the_first_stays()
    {
        Check(60_000, 10);

        Check(60_000, 11).Should().Be(GateVerdict.Quarantined(GateReason.ConflictingDuplicate));
        Check(60_000, 10).Should().Be(GateVerdict.Duplicate);
    }

    [Fact]
    public void A_bar_that_goes_back_in_time_is_out_of_order_within_its_instrument_alone()
    {
        Check(120_000, 10);

        Check(60_000, 10).Should().Be(GateVerdict.Quarantined(GateReason.OutOfOrder));
        _gate.Check(1, new Bar(60_000, 10, 10, 10, 10, 0), Now).Should().Be(GateVerdict.Accepted);
    }

    [Fact]
    public void A_future_bar_does_not_spoil_those_after_it()
    {
        Check(Now + 1, 10).Should().Be(GateVerdict.Quarantined(GateReason.FutureTime));
        Check(Now, 10).Should().Be(GateVerdict.Accepted);
    }

    [Fact]
    public void Nothing_bad_passes_and_every_refusal_has_a_reason()
    {
        var random = new Random(20260101);
        var last = new Dictionary<int, long>();
        double[] odd = [0, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue, 1e17];
        var accepted = 0;
        for (var i = 0; i < 100_000; i++)
        {
            var instrument = random.Next(5);
            var bar = Draw(random, odd, last.GetValueOrDefault(instrument, 1_000_000));

            var verdict = _gate.Check(instrument, bar, Now);

            if (verdict.Outcome == GateOutcome.Quarantined) verdict.Reason.Should().NotBeNullOrEmpty();
            if (verdict.Reason is { } reason) BarGate.Explain(reason, bar).Should().NotBe(reason);
            if (verdict.Outcome != GateOutcome.Accepted) continue;

            accepted++;
            double[] prices = [bar.Open, bar.High, bar.Low, bar.Close];
            prices.Should().OnlyContain(p => p > 0 && p <= 1e15);
            bar.Volume.Should().BeInRange(0, 1e18);
            prices.Max().Should().Be(bar.High);
            prices.Min().Should().Be(bar.Low);
            bar.CloseMs.Should().BeGreaterThan(last.GetValueOrDefault(instrument, long.MinValue)).And.BeLessThanOrEqualTo(Now);
            last[instrument] = bar.CloseMs;
        }

        accepted.Should().BeGreaterThan(10_000);
    }

    private static Bar Draw(Random random, double[] odd, long lastMs)
    {
        var low = 1 + random.NextDouble() * 100;
        var high = low + random.NextDouble() * 5;
        double Between() => low + random.NextDouble() * (high - low);
        double Maybe(double value) => random.Next(40) == 0 ? odd[random.Next(odd.Length)] : value;
        var step = random.Next(20) switch { 0 => 0, 1 => -60_000, 2 => Now, _ => 60_000 };
        return new Bar(lastMs + step, Maybe(Between()), Maybe(high), Maybe(low), Maybe(Between()), Maybe(random.Next(1000)));
    }

    private GateVerdict Check(long ms, double price) => _gate.Check(0, new Bar(ms, price, price, price, price, 0), Now);
}
