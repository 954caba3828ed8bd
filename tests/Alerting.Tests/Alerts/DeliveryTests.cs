using AlgoStack.Alerting.Alerts;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Alerting.Tests.Alerts;

public sealed class DeliveryTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);

    private readonly Alert _alert = Alert.None.Apply(
        new AlertRaised("a1", "critical", "test", "Title", "Text", null, ["discord", "sms", "email"], Start));

    [Fact]
    public void Channels_are_tried_in_the_order_of_the_route_each_three_times_with_a_growing_pause()
    {
        var tried = new List<(string Channel, int Attempt, double AtSecond)>();
        var alert = _alert;
        var now = Start;
        while (true)
        {
            var step = Delivery.Next(alert, _ => Start, now);
            if (step is DeliveryStep.Wait wait)
            {
                now = wait.Until;
                continue;
            }

            if (step is not DeliveryStep.Send send) break;

            tried.Add((send.Channel, send.Attempt, (now - Start).TotalSeconds));
            alert = alert.Apply(new AlertAttempted(send.Channel, send.Attempt, now))
                .Apply(new AlertAttemptFailed(send.Channel, send.Attempt, "busy", Final: false, null, now));
        }

        tried.Should().Equal(
            ("discord", 1, 0), ("discord", 2, 1), ("discord", 3, 3),
            ("sms", 1, 3), ("sms", 2, 4), ("sms", 3, 6),
            ("email", 1, 6), ("email", 2, 7), ("email", 3, 9));
        Delivery.Next(alert, _ => Start, now).Should().Be(new DeliveryStep.GiveUp("busy"));
    }

    [Fact]
    public void A_refusal_moves_on_at_once()
    {
        var refused = Failed(_alert, "discord", final: true);

        Delivery.Next(refused, _ => Start, Start).Should().Be(new DeliveryStep.Send("sms", 1));
    }

    [Fact]
    public void A_channel_that_is_gone_or_no_longer_configured_is_passed_over() =>
        Delivery.Next(_alert, channel => channel == "email" ? Start : null, Start).Should().Be(new DeliveryStep.Send("email", 1));

    [Fact]
    public void A_short_pause_is_waited_for_and_a_long_one_is_not()
    {
        var soon = Start + Delivery.LongestPause;
        var late = soon.AddMilliseconds(1);

        Delivery.Next(_alert, channel => channel == "discord" ? soon : Start, Start).Should().Be(new DeliveryStep.Wait(soon));
        Delivery.Next(_alert, channel => channel == "discord" ? late : Start, Start).Should().Be(new DeliveryStep.Send("sms", 1));
    }

    [Fact]
    public void When_all_are_closed_for_a_while_it_waits_so_long_and_no_longer()
    {
        var opens = Start.AddHours(1);

        Delivery.Next(_alert, _ => opens, Start).Should().BeOfType<DeliveryStep.Wait>();
        Delivery.Next(_alert, _ => opens, Start + Delivery.LongestWait).Should().BeOfType<DeliveryStep.GiveUp>();
    }

    [Fact]
    public void An_old_alert_found_after_a_restart_is_still_sent() =>
        Delivery.Next(_alert, _ => Start, Start.AddDays(1)).Should().Be(new DeliveryStep.Send("discord", 1));

    [Fact]
    public void An_attempt_whose_outcome_was_lost_counts_and_is_followed_by_another()
    {
        var interrupted = _alert.Apply(new AlertAttempted("discord", 1, Start));

        Delivery.Next(interrupted, _ => Start, Start).Should().Be(new DeliveryStep.Send("discord", 2));
    }

    [Fact]
    public void When_every_channel_is_gone_it_gives_up() =>
        Delivery.Next(_alert, _ => null, Start).Should().Be(new DeliveryStep.GiveUp("no channel of its route is open"));

    [Fact]
    public void A_delivered_or_failed_alert_is_left_alone()
    {
        Delivery.Next(_alert.Apply(new AlertDelivered("sms", 1, "SM1", Start)), _ => Start, Start).Should().BeOfType<DeliveryStep.Nothing>();
        Delivery.Next(_alert.Apply(new AlertFailed("email", 9, "busy", Start)), _ => Start, Start).Should().BeOfType<DeliveryStep.Nothing>();
    }

    [Fact]
    public void Being_in_the_inbox_does_not_end_the_delivery_outside() =>
        Delivery.Next(_alert.Apply(new AlertDelivered(Alert.Inbox, 1, null, Start)), _ => Start, Start).Should().Be(new DeliveryStep.Send("discord", 1));

    [Fact]
    public void An_alert_without_a_route_has_nowhere_to_go() =>
        Delivery.Next(Alert.None.Apply(_alert.Raised! with { Route = [] }), _ => Start, Start).Should().BeOfType<DeliveryStep.Nothing>();

    private static Alert Failed(Alert alert, string channel, bool final) =>
        alert.Apply(new AlertAttempted(channel, 1, Start)).Apply(new AlertAttemptFailed(channel, 1, "no", final, null, Start));
}
