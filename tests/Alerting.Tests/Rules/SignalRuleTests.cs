using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Rules;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Rules;

public sealed class SignalRuleTests
{
    [Fact]
    public void A_batch_is_told_as_one_alert_the_strongest_signals_first()
    {
        var batch = Told.Batch(
            7, Told.Signal("A.SIM", 0.6), Told.Signal("B.SIM", 0.9), Told.Signal("C.SIM", 0.7), Told.Signal("D.SIM", 0.5),
            Told.Signal("E.SIM", 0.5), Told.Signal("F.SIM", 0.5), Told.Signal("G.SIM", 0.55));

        var draft = SignalRule.On(batch, leastScore: 0.5)!;

        draft.Title.Should().Be("7 signals, strongest ema-cross Long B.SIM (0.90)");
        var lines = draft.Text.Split('\n');
        lines.Should().HaveCount(SignalRule.MostNamed + 1);
        lines[0].Should().Be("ema-cross Long B.SIM (0.90) at 187.2, bar of 2024-01-16 14:30 UTC: the fast average crossed the slow one");
        lines[^2].Should().StartWith("ema-cross Long D.SIM");
        lines[^1].Should().Be("and 2 more");
        draft.Severity.Should().Be(Severity.Info);
        draft.SessionId.Should().Be("replay-1");
    }

    [Fact]
    public void One_signal_needs_no_counting() =>
        SignalRule.On(Told.Batch(1, Told.Signal("AAPL.SIM", 0.8241)), 0.5)!.Title.Should().Be("Signal: ema-cross Long AAPL.SIM (0.82)");

    [Fact]
    public void A_signal_below_the_least_score_is_not_told()
    {
        SignalRule.On(Told.Batch(1, Told.Signal("AAPL.SIM", 0.49)), 0.5).Should().BeNull();
        SignalRule.On(Told.Batch(1, Told.Signal("AAPL.SIM", 0.5)), 0.5).Should().NotBeNull();
    }

    [Fact]
    public void A_score_that_is_no_number_is_not_told() =>
        SignalRule.On(Told.Batch(1, Told.Signal("AAPL.SIM", double.NaN)), 0).Should().BeNull();

    [Fact]
    public void Warm_up_is_not_told() =>
        SignalRule.On(Told.Batch(1, Told.Signal("AAPL.SIM", 0.9)) with { WarmUp = true }, 0).Should().BeNull();

    [Fact]
    public void The_same_batch_makes_the_same_alert_and_another_batch_another()
    {
        var first = SignalRule.On(Told.Batch(1, Told.Signal("AAPL.SIM", 0.9)), 0)!;

        SignalRule.On(Told.Batch(1, Told.Signal("AAPL.SIM", 0.9)), 0)!.AlertId.Should().Be(first.AlertId);
        SignalRule.On(Told.Batch(2, Told.Signal("AAPL.SIM", 0.9)), 0)!.AlertId.Should().NotBe(first.AlertId);
        SignalRule.On(Told.Batch(1, Told.Signal("AAPL.SIM", 0.9)) with { SessionId = "replay-2" }, 0)!.AlertId.Should().NotBe(first.AlertId);
    }

    [Fact]
    public void Thousands_of_signals_are_one_short_alert()
    {
        var signals = Enumerable.Range(0, 5_000).Select(i => Told.Signal($"I{i}.SIM", 0.9)).ToArray();

        var draft = SignalRule.On(Told.Batch(1, signals), 0.5)!;

        draft.Text.Should().EndWith("and 4995 more");
        draft.Text.Length.Should().BeLessThan(1_000);
    }
}
