using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Rules;
using AlgoStack.Contracts.Portfolio;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Rules;

public sealed class AccountRuleTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);

    [Fact]
    public void An_account_that_does_not_trade_for_a_minute_is_told_once_and_so_is_that_it_trades_again()
    {
        var told = Look((0, true), (10, false), (69, false), (70, false), (200, false), (201, true), (202, true));

        told.Select(t => t.Draft.Rule).Should().Equal(AccountRule.Trades, AccountRule.Gated, AccountRule.Trades);
        var (seconds, gated) = told[1];
        seconds.Should().Be(70, "the minute began with the first look that found it so");
        (gated.Severity, gated.Title).Should().Be((Severity.Critical, "Account main does not trade"));
        gated.Text.Should().Be("No order leaves for ALPACA since 2024-01-16 14:30:10 UTC or before: the venue's stream is lost");
        gated.OpensKey.Should().Be(told[2].Draft.ClosesKey);
    }

    [Fact]
    public void A_connection_that_is_back_within_a_minute_is_not_told() =>
        Look((0, true), (10, false), (60, false), (65, true), (70, false), (120, false), (125, true))
            .Should().ContainSingle("the first look closes what may be open from before").Which.Draft.ClosesKey.Should().Be("account/main");

    [Fact]
    public void Each_drift_is_told_once_until_it_is_resolved()
    {
        var health = new AccountHealth(null, Told: false, []);
        (health, var first) = AccountRule.On(health, false, Account(true, "Position:AAPL:5", "Cash:USD:-950"), Start);
        (health, var second) = AccountRule.On(health, false, Account(true, "Position:AAPL:5"), Start.AddSeconds(3));
        var (_, third) = AccountRule.On(health, false, Account(true), Start.AddSeconds(6));

        first.Select(d => (d.Severity, d.OpensKey)).Should().Equal(
            (Severity.High, "drift/main/Position:AAPL:5"), (Severity.High, "drift/main/Cash:USD:-950"));
        second.Select(d => (d.Severity, d.ClosesKey)).Should().Equal((Severity.Info, "drift/main/Cash:USD:-950"));
        third.Select(d => d.ClosesKey).Should().Equal("drift/main/Position:AAPL:5");
    }

    private static List<(int Seconds, AlertDraft Draft)> Look(params (int Seconds, bool IsProven)[] looks)
    {
        var told = new List<(int, AlertDraft)>();
        var health = new AccountHealth(null, Told: false, []);
        for (var i = 0; i < looks.Length; i++)
        {
            (health, var drafts) = AccountRule.On(health, i == 0, Account(looks[i].IsProven), Start.AddSeconds(looks[i].Seconds));
            told.AddRange(drafts.Select(d => (looks[i].Seconds, d)));
        }

        return told;
    }

    private static AccountView Account(bool isProven, params string[] drifts) => new(
        "main", "ALPACA", isProven, isProven ? null : "the venue's stream is lost", Start, Start, [],
        [.. drifts.Select(d => new DriftView(d, d.Split(':')[0], d.Split(':')[1], 0, 5, "The books say 0, the venue 5.", Start))]);
}
