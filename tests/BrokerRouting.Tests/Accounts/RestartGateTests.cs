using System.Net;
using AlgoStack.Contracts.Orders;
using FluentAssertions;
using Xunit;
using static AlgoStack.BrokerRouting.Tests.Accounts.RestartStory;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>What may have happened at a venue while nobody listened, and that it is known before an order leaves.</summary>
public sealed class RestartGateTests(RestartStory story) : IClassFixture<RestartStory>
{
    [Fact]
    public void An_order_that_filled_meanwhile_is_filled() =>
        story.ThenOrders[Filled].Should().BeEquivalentTo(new { Status = "Filled", Filled = 10m });

    [Fact]
    public void An_order_that_filled_in_part_meanwhile_works_for_the_rest() =>
        story.ThenOrders[Partial].Should().BeEquivalentTo(new { Status = "PartiallyFilled", Filled = 4m, Quantity = 10m });

    [Fact]
    public void An_order_that_was_canceled_at_the_venue_is_canceled() =>
        story.ThenOrders[Canceled].Should().BeEquivalentTo(new { Status = "Canceled", Filled = 0m });

    [Fact]
    public void An_order_that_expired_meanwhile_has_expired() =>
        story.ThenOrders[Expired].Should().BeEquivalentTo(new { Status = "Expired", Filled = 0m });

    [Fact]
    public void An_order_that_was_changed_at_the_venue_is_what_stands_there_now()
    {
        var by = story.ThenVenue.Orders.Single(o => o.Symbol == Changed && o.Status == "open");

        story.ThenOrders[Changed].Should().BeEquivalentTo(new { Status = "PartiallyFilled", Filled = 3m, VenueOrderId = by.Id });
        story.Proven.Drifts.Should().NotContain(d => d.Subject == Changed);
    }

    [Fact]
    public void An_order_that_never_arrived_stays_unknown_and_holds_its_instrument_until_it_can_arrive_no_more()
    {
        var history = story.Histories[NeverArrived];
        history.Select(h => h.Kind).Should().Equal(
            "order_requested", "order_approved", "order_submitted", "order_became_unknown", "order_reconciled", "order_submitted", "order_accepted");
        story.EndVenue.Find(story.IdOf(NeverArrived)).Should().ContainSingle("it is sent again under the same id");

        var settled = history.Single(h => h.Kind == "order_reconciled");
        (settled.At - story.RestartedAt).Should().BeGreaterThan(TimeSpan.FromSeconds(14.9), "the life before may have sent it last");
        story.Histories["behind"].Single(h => h.Kind == "order_submitted").Position.Should().BeGreaterThan(settled.Position);
    }

    [Fact]
    public void An_order_that_arrived_and_whose_answer_was_lost_is_found_and_not_sent_again()
    {
        story.ThenOrders[Unanswered].Status.Should().Be("Accepted");
        story.EndVenue.Find(story.IdOf(Unanswered)).Should().ContainSingle();
        Kinds(Unanswered).Should().ContainInOrder("order_submitted", "order_became_unknown", "order_reconciled", "order_accepted");
    }

    [Fact]
    public void An_order_that_nobody_of_us_sent_is_shown_and_holds_nothing_back()
    {
        story.Proven.Drifts.Should().ContainSingle(d => d.Kind == "ForeignOrder").Which.Subject.Should().Be(Orphan);
        story.Proven.IsProven.Should().BeTrue();
    }

    [Fact]
    public void A_fill_of_an_order_that_nobody_of_us_sent_is_shown_and_is_a_drift_of_the_position()
    {
        story.Proven.Drifts.Where(d => d.Subject == Alien).Select(d => d.Kind).Should().BeEquivalentTo(["ForeignFill", "Position"]);
        story.Proven.Drifts.Single(d => d.Subject == Alien && d.Kind == "Position").Should().BeEquivalentTo(new { Ours = 0m, Venue = 5m });
    }

    [Fact]
    public void A_position_that_moved_without_a_trade_is_a_drift() =>
        story.Proven.Drifts.Should().ContainSingle(d => d.Subject == Moved).Which.Should().BeEquivalentTo(new { Kind = "Position", Ours = 0m, Venue = 7m });

    [Fact]
    public void A_fee_that_was_taken_meanwhile_is_a_drift_of_the_cash()
    {
        var drift = story.Settled.Drifts.Should().ContainSingle(d => d.Kind == "Cash").Which;

        // The alien buy was paid by the same account.
        (drift.Venue - drift.Ours).Should().Be(-12.5m - (5 * 100));
        drift.Venue.Should().Be(story.EndVenue.Cash);
    }

    [Fact]
    public void What_was_told_twice_and_is_told_again_after_the_restart_is_booked_once()
    {
        story.EndOrders[Twice].Should().BeEquivalentTo(new { Status = "Filled", Filled = 9m });
        Kinds(Twice).Count(kind => kind == "order_filled").Should().Be(story.EndVenue.Fills.Count(f => f.Symbol == Twice)).And.Be(3);
    }

    [Fact]
    public void What_traded_after_it_was_canceled_is_booked_and_the_order_stays_canceled() =>
        story.ThenOrders[Late].Should().BeEquivalentTo(new { Status = "Canceled", Filled = 4m });

    [Fact]
    public void While_the_venue_is_away_at_the_start_the_account_says_so_and_takes_no_order()
    {
        story.WhileVenueIsAway.Status.Should().Be(HttpStatusCode.ServiceUnavailable);
        story.WhileVenueIsAway.Body.Should().Contain("\"account_down\"");
    }

    [Fact]
    public void No_order_leaves_before_the_account_is_proven_in_this_life()
    {
        var waited = (string[])["early", Waiting];
        story.ThenOrders.Where(o => waited.Contains(o.Key)).Should().OnlyContain(o => o.Value.Status == "Accepted");

        var ours = story.ThenOrders.Values.Select(o => o.OrderId).ToHashSet(StringComparer.Ordinal);
        foreach (var order in story.ThenVenue.Orders.Where(o => ours.Contains(o.ClientOrderId)))
            story.Gate.Last(g => g.At <= order.AcceptedAt).IsProven.Should().BeTrue("{0} was accepted at {1:O}", order, order.AcceptedAt);
    }

    [Fact]
    public void No_order_that_was_unknown_is_rejected() =>
        story.Histories.Keys.SelectMany(Kinds).Should().NotContain("order_rejected");

    [Fact]
    public void In_the_end_positions_cash_and_orders_are_the_venues()
    {
        story.End.Cash.Should().ContainSingle().Which.Balance.Should().Be(story.EndVenue.Cash);
        story.EndPositions.ToDictionary(p => p.Instrument[..p.Instrument.IndexOf('.', StringComparison.Ordinal)], p => p.Quantity, StringComparer.Ordinal)
            .Should().BeEquivalentTo(story.EndVenue.Positions);
        foreach (var (name, order) in story.EndOrders)
        {
            var theirs = AtVenue(story.EndVenue, order);
            theirs.Sum(o => o.Filled).Should().Be(order.Filled, "that is what order {0} traded", name);
            WordOf(order).Should().Be(theirs[^1].Status, "that is where order {0} stands", name);
        }

        story.EndVenue.Orders.GroupBy(o => o.ClientOrderId, StringComparer.Ordinal).Should().OnlyContain(g => g.Count() == 1);
    }

    private IEnumerable<string> Kinds(string order) => story.Histories[order].Select(h => h.Kind);

    private static string WordOf(OrderState order) => order.Status is "Accepted" or "PartiallyFilled" ? "open" : order.Status.ToLowerInvariant();
}
