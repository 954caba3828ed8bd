using AlgoStack.Alerting.Alerts;
using AlgoStack.Alerting.Rules;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Rules;

public sealed class OrderPageTests
{
    [Fact]
    public void Fills_of_a_page_are_told_once_a_session()
    {
        var page = Told.Page(1, 9, filled: [Told.Fill(1), Told.Fill(2, "paper-2"), Told.Fill(3)]);

        var drafts = OrderPage.On(page, 0, account => account.Replace("paper", "replay", StringComparison.Ordinal));

        drafts.Select(draft => (draft.SessionId, draft.Title)).Should().Equal(
            ("replay-1", "2 fills, last Buy 100 AAPL.SIM at 187.2"), ("replay-2", "Fill: Buy 100 AAPL.SIM at 187.2"));
    }

    [Fact]
    public void A_fill_tells_price_strategy_time_and_what_is_left() =>
        FillRule.On("replay-1", [Told.Fill(1, leaves: 50m)]).Text
            .Should().Be("Buy 100 AAPL.SIM at 187.2 for ema-cross on 2024-01-16 14:30 UTC, 50 left");

    [Fact]
    public void Denials_are_told_with_their_codes()
    {
        var page = Told.Page(1, 9, denied: [Told.Denial(1, "CASH"), Told.Denial(2), Told.Denial(3)]);

        var draft = OrderPage.On(page, 0, _ => "replay-1").Should().ContainSingle().Subject;

        draft.Title.Should().Be("3 orders denied: POSITION_LIMIT 2×, CASH 1×");
        draft.Text.Should().StartWith("o1 on AAPL.SIM: CASH, the position would be");
        draft.Severity.Should().Be(Severity.Medium);
    }

    [Fact]
    public void A_rejection_by_the_venue_is_told_apart_from_a_denial() =>
        OrderPage.On(Told.Page(1, 2, denied: [Told.Denial(1)], rejected: [Told.Rejection(2)]), 0, _ => "replay-1")
            .Select(draft => (draft.Rule, draft.Severity))
            .Should().Equal((RefusedOrderRule.Denied, Severity.Medium), (RefusedOrderRule.Rejected, Severity.High));

    [Fact]
    public void What_was_told_before_is_left_out_of_a_page_cut_differently()
    {
        var told = OrderPage.On(Told.Page(1, 2, filled: [Told.Fill(1), Told.Fill(2)]), 0, _ => "replay-1");
        var again = OrderPage.On(Told.Page(1, 3, filled: [Told.Fill(1), Told.Fill(2), Told.Fill(3)]), 2, _ => "replay-1");

        again.Should().ContainSingle().Which.Title.Should().StartWith("Fill:");
        again[0].AlertId.Should().NotBe(told[0].AlertId);
        OrderPage.On(Told.Page(1, 2, filled: [Told.Fill(1), Told.Fill(2)]), 2, _ => "replay-1").Should().BeEmpty();
    }

    [Fact]
    public void A_page_without_fills_denials_or_rejections_tells_nothing() =>
        OrderPage.On(Told.Page(1, 2, requested: [Told.Request(1, "paper-1", "replay-1")]), 0, _ => "replay-1").Should().BeEmpty();
}
