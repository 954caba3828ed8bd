using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Rules;
using AlgoStack.Contracts.Orders;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Rules;

public sealed class DoubtfulOrderRuleTests
{
    [Fact]
    public void An_order_in_doubt_is_told_until_it_is_known_again()
    {
        var unknown = On(Told.Page(1, 1) with { BecameUnknown = [Unknown(1)] }).Should().ContainSingle().Subject;
        var known = On(Told.Page(2, 2) with { Reconciled = [Known(2)] }).Should().ContainSingle().Subject;

        (unknown.Severity, unknown.SessionId, known.Severity).Should().Be((Severity.High, "live", Severity.Info));
        unknown.OpensKey.Should().NotBeNull().And.Be(known.ClosesKey);
        unknown.Text.Should().Contain("o-1: no answer within 10 s");
        known.Title.Should().Be("It is not at the venue: an order of AAPL.ALPACA on main");
    }

    [Fact]
    public void What_is_known_again_by_the_end_of_the_page_is_not_told()
    {
        var drafts = On(Told.Page(1, 2) with { BecameUnknown = [Unknown(1)], Reconciled = [Known(2)] });

        // That it is known closes what an earlier page may have opened; where nothing is open, nothing is told.
        drafts.Should().ContainSingle().Which.OpensKey.Should().BeNull();
        drafts[0].ClosesKey.Should().NotBeNull();
    }

    [Fact]
    public void One_that_is_in_doubt_again_stays_told() =>
        On(Told.Page(1, 2) with { Reconciled = [Known(1)], BecameUnknown = [Unknown(2)] })
            .Should().ContainSingle().Which.Rule.Should().Be(DoubtfulOrderRule.Unknown);

    [Fact]
    public void What_the_venue_traded_too_much_is_critical_and_told_each_time()
    {
        var page = Told.Page(1, 3) with
        {
            Overfilled = [new(2, "o-1", "main", "AAPL.ALPACA", 1.50m, Told.At), new(3, "o-1", "main", "AAPL.ALPACA", 2.50m, Told.At)],
        };

        var drafts = On(page);

        drafts.Should().HaveCount(2).And.OnlyContain(d => d.Severity == Severity.Critical && d.OpensKey == null);
        drafts[0].Text.Should().StartWith("o-1: 1.5 more than it was for.");
        OrderPage.On(page, 2, _ => "live").Should().ContainSingle("the first was told before").Which.AlertId.Should().Be(drafts[1].AlertId);
    }

    [Fact]
    public void A_page_of_a_version_that_told_of_none_tells_nothing() => On(Told.Page(1, 1)).Should().BeEmpty();

    private static IReadOnlyList<AlertDraft> On(OrdersChanged page) => OrderPage.On(page, 0, _ => "live");

    private static OrderBecameUnknown Unknown(long position) => new(position, "o-1", "main", "AAPL.ALPACA", "no answer within 10 s", Told.At);

    private static OrderReconciled Known(long position) =>
        new(position, "o-1", "main", "AAPL.ALPACA", IsAtVenue: false, "the venue has no such order", Told.At);
}
