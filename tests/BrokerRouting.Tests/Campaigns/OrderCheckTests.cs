using System.Globalization;
using System.Text.Json;
using AlgoStack.Campaigns.Orders;
using AlgoStack.Testing.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Campaigns;

/// <summary>A checker that finds nothing proves nothing, so it is shown each thing that it is to find.</summary>
public sealed class OrderCheckTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);

    /// <summary>An order that traded in two parts, one whose price was changed and that was taken back then, and none of a third.</summary>
    private static readonly string[] File =
    [
        """{"kind":"cash","amount":"1000"}""",
        """{"kind":"accepted","order":{"order":1,"id":"v1","client_order_id":"bought","symbol":"C000","side":"buy","qty":"3"},"legs":[]}""",
        """{"kind":"filled","order":1,"execution":"e1","client_order_id":"bought","symbol":"C000","side":"buy","qty":"1","price":"10"}""",
        """{"kind":"filled","order":1,"execution":"e2","client_order_id":"bought","symbol":"C000","side":"buy","qty":"2","price":"10.5"}""",
        """{"kind":"accepted","order":{"order":2,"id":"v2","client_order_id":"changed","symbol":"C001","side":"sell","qty":"4"},"legs":[]}""",
        """{"kind":"replaced","order":2,"by":{"order":3,"id":"v3","client_order_id":"changed-2","symbol":"C001","side":"sell","qty":"4","replaces":2}}""",
        """{"kind":"closed","order":3,"status":"canceled"}""",
    ];

    private static readonly AskedOrder[] Asked =
    [
        new("bought", "C000.ALPACA", "buy", 3, 201),
        new("changed", "C001.ALPACA", "sell", 4, 201),
        new("denied", "C001.ALPACA", "sell", 5, 422),
    ];

    private static readonly RoutingLog Clean = new(
        [
            Event(1, 0, "account-main", 1, "account_gated", """{"Reason":"the service has started"}"""),
            Event(2, 0, "account-main", 2, "cash_moved", """{"Currency":"USD","Amount":1000,"Balance":1000}"""),
            Event(3, 0, "account-main", 3, "account_reconciled", "{}"),
            Event(4, 0.5, "order-bought", 1, "order_requested", """{"Intent":{"OrderId":"bought","Instrument":"C000.ALPACA","Side":"Buy","Quantity":3}}"""),
            Event(5, 0.5, "order-bought", 2, "order_approved", """{"OrderId":"bought"}"""),
            Event(6, 0.5, "order-bought", 3, "order_submitted", """{"OrderId":"bought","VenueClientId":"bought"}"""),
            Event(7, 5, "order-bought", 4, "order_accepted", """{"OrderId":"bought","VenueOrderId":"v1"}"""),
            Event(8, 5, "order-bought", 5, "order_filled", """{"OrderId":"bought","TradeId":"e1","Quantity":1,"Price":10}"""),
            Event(9, 5, "account-main", 4, "cash_moved", """{"Currency":"USD","Amount":-10,"Balance":990}"""),
            Event(10, 5, "position-main-C000.ALPACA", 1, "position_opened", """{"Instrument":"C000.ALPACA","Quantity":1}"""),
            Event(11, 5, "order-bought", 6, "order_filled", """{"OrderId":"bought","TradeId":"e2","Quantity":2,"Price":10.5}"""),
            Event(12, 5, "account-main", 5, "cash_moved", """{"Currency":"USD","Amount":-21,"Balance":969}"""),
            Event(13, 5, "position-main-C000.ALPACA", 2, "position_changed", """{"Instrument":"C000.ALPACA","Quantity":3}"""),
            Event(14, 3.5, "order-changed", 1, "order_requested", """{"Intent":{"OrderId":"changed","Instrument":"C001.ALPACA","Side":"Sell","Quantity":4}}"""),
            Event(15, 3.5, "order-changed", 2, "order_submitted", """{"OrderId":"changed","VenueClientId":"changed"}"""),
            Event(16, 3.6, "order-changed", 3, "order_accepted", """{"OrderId":"changed","VenueOrderId":"v2"}"""),
            Event(17, 4.5, "order-changed", 4, "order_replace_requested", """{"OrderId":"changed","VenueClientId":"changed-2","Quantity":null}"""),
            Event(18, 6, "order-changed", 5, "order_replaced", """{"OrderId":"changed","VenueOrderId":"v3","VenueClientId":"changed-2","Quantity":4}"""),
            Event(19, 7, "order-changed", 6, "order_canceled", """{"OrderId":"changed","Reason":"asked for"}"""),
            Event(20, 7, "order-denied", 1, "order_requested", """{"Intent":{"OrderId":"denied","Instrument":"C001.ALPACA","Side":"Sell","Quantity":5}}"""),
            Event(21, 7, "order-denied", 2, "order_denied", """{"OrderId":"denied","Code":"halted"}"""),
        ],
        [new OrderRow("bought", "Filled", 3, 3, 31), new OrderRow("changed", "Canceled", 4, 0, 0), new OrderRow("denied", "Denied", 5, 0, 0)],
        [new FillRow("bought", "e1", 1, 10), new FillRow("bought", "e2", 2, 10.5m)],
        new Dictionary<string, decimal>(StringComparer.Ordinal) { ["C000.ALPACA"] = 3 },
        new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USD"] = 969 });

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => System.IO.File.Delete(_file);

    [Fact]
    public void Books_that_agree_are_clean() => Check(File, Clean).Should().BeEmpty();

    [Fact]
    public void An_order_that_was_answered_and_is_not_in_the_log_is_found() =>
        Check(File, Without("order-denied")).Should().Contain("order denied: answered 422, and lost");

    [Fact]
    public void An_order_that_was_answered_as_denied_and_went_on_is_found() =>
        Check(File, Clean with { Events = [.. Clean.Events.SkipLast(1)] }).Should().Contain("order denied: answered 422, and Requested in the log");

    [Fact]
    public void An_order_of_other_terms_than_it_was_asked_for_is_found() =>
        Check(File, Altered(4, e => e.Replace("\"Quantity\":3", "\"Quantity\":30", StringComparison.Ordinal)))
            .Should().Contain("order bought: buy 30 C000.ALPACA in the log, asked for buy 3 C000.ALPACA");

    [Fact]
    public void An_order_that_nobody_asked_for_is_found() =>
        Check(File, Clean, Asked[1..]).Should().Equal("order bought: in the log, and nobody asked for it");

    [Fact]
    public void What_is_to_be_opened_beyond_zero_and_is_not_is_found() =>
        Check(File, Clean with { Events = [.. Clean.Events, Event(22, 8, "order-bought", 7, "order_resized", """{"OrderId":"bought","Quantity":3,"ThenOpen":2}""")] })
            .Should().ContainSingle().Which.Should().StartWith("order bought: has closed, and ").And.EndWith(" that opens 2 more is lost");

    [Fact]
    public void An_order_that_was_taken_back_before_it_arrived_is_not_lost() => Check(File[..4], Clean).Should().BeEmpty("the log says so");

    [Fact]
    public void An_order_that_works_in_the_log_and_is_not_at_the_venue_is_found() =>
        Check(File[..4], Clean with { Events = [.. Clean.Events.Where(e => e.Sequence != 19)] })
            .Should().Contain("order changed: Accepted in the log, and not at the venue");

    [Fact]
    public void An_order_that_is_twice_at_the_venue_is_found() =>
        Check([.. File, File[1].Replace("\"order\":1", "\"order\":4", StringComparison.Ordinal)], Clean).Should().Contain("order bought: 2 times at the venue");

    [Fact]
    public void An_order_at_the_venue_that_we_never_sent_is_found() =>
        Check([.. File, File[1].Replace("\"order\":1", "\"order\":4", StringComparison.Ordinal).Replace("bought", "foreign", StringComparison.Ordinal)], Clean)
            .Should().Equal("order foreign: at the venue, number 4, and never submitted");

    [Fact]
    public void An_order_that_ended_otherwise_at_the_venue_is_found() =>
        Check([.. File[..6], File[6].Replace("canceled", "expired", StringComparison.Ordinal)], Clean)
            .Should().Equal("order changed: canceled in the log, expired at the venue");

    [Fact]
    public void An_order_that_still_works_at_the_venue_is_found() =>
        Check(File[..6], Clean).Should().Equal("order changed: canceled in the log, open at the venue");

    [Fact]
    public void An_order_that_was_at_the_venue_before_it_was_committed_is_found() =>
        Check(File, Clean with { Events = [.. Clean.Events.Select(e => e.Sequence == 6 ? e with { CommittedAt = Start.AddSeconds(1.5) } : e)] })
            .Should().ContainSingle().Which.Should().StartWith("order bought: at the venue at 2024-01-02T15:00:01").And.Contain("before it was committed");

    [Fact]
    public void A_replacement_that_was_at_the_venue_before_it_was_committed_is_found() =>
        Check(File, Clean with { Events = [.. Clean.Events.Select(e => e.Sequence == 17 ? e with { CommittedAt = Start.AddSeconds(5.5) } : e)] })
            .Should().ContainSingle().Which.Should().StartWith("order changed-2: at the venue");

    [Fact]
    public void An_order_that_was_submitted_before_the_account_was_proven_is_found() =>
        Check(File, Clean with { Events = [.. Clean.Events.Where(e => e.Type != "account_reconciled").Select(e => e.Sequence is 9 or 12 ? e with { Version = e.Version - 1 } : e)] })
            .Should().Contain("order bought: submitted while the account was not proven");

    [Fact]
    public void An_order_that_arrives_long_after_the_account_was_gated_is_found() =>
        Check(File, Clean with { Events = [.. Clean.Events.Select(Gated)] })
            .Should().Contain(v => v.StartsWith("order changed: at the venue", StringComparison.Ordinal) && v.Contains("gated since", StringComparison.Ordinal));

    [Fact]
    public void A_fill_that_is_not_booked_is_found() =>
        Check([.. File[..4], File[3].Replace("e2", "e3", StringComparison.Ordinal), .. File[4..]], Clean).Should().Contain("fill e3 of bought: booked 0 times");

    [Fact]
    public void A_fill_that_is_booked_twice_is_found() =>
        Check(File, Altered(11, e => e.Replace("e2", "e1", StringComparison.Ordinal))).Should().Contain("fill e1 of bought: booked 2 times");

    [Fact]
    public void A_fill_that_is_booked_at_another_price_is_found() =>
        Check(File, Altered(11, e => e.Replace("10.5", "10.6", StringComparison.Ordinal))).Should().Contain(v => v.StartsWith("fill e2: booked as (bought, (e2, 2, 10.6))", StringComparison.Ordinal));

    [Fact]
    public void A_fill_that_the_venue_does_not_know_is_found() =>
        Check([.. File[..3], .. File[4..]], Clean).Should().Contain("fill e2 of bought: booked, and not at the venue");

    [Fact]
    public void A_position_that_is_not_the_venues_is_found() =>
        Check(File, Altered(13, e => e.Replace("\"Quantity\":3", "\"Quantity\":2", StringComparison.Ordinal)))
            .Should().Equal("position C000.ALPACA: 2 in the log, 3 at the venue", "position C000.ALPACA: 3 in the table, 2 in the log");

    [Fact]
    public void Cash_that_is_not_the_venues_is_found() =>
        Check([.. File, """{"kind":"cash","amount":"-0.01"}"""], Clean).Should().Equal("cash USD: 969 in the log, 968.99 at the venue");

    [Fact]
    public void Moves_of_cash_that_do_not_come_to_the_balance_are_found() =>
        Check(File, Altered(9, e => e.Replace("-10", "-11", StringComparison.Ordinal))).Should().Equal("cash USD: its moves come to 968, the last says 969");

    [Fact]
    public void A_drift_that_stands_is_found() =>
        Check(File, Clean with { Events = [.. Clean.Events, Event(22, 8, "account-main", 6, "drift_found", """{"DriftId":"Cash:USD:1","Detail":"one too many"}""")] })
            .Should().Equal("drift Cash:USD:1: one too many");

    [Fact]
    public void A_gap_in_a_stream_is_found() =>
        Check(File, Clean with { Events = [.. Clean.Events.Where(e => e.Sequence != 5)] }).Should().Equal("stream order-bought: after version 1 comes 3");

    [Fact]
    public void Tables_that_are_not_what_the_log_comes_to_are_found() =>
        Check(File, Clean with { Orders = [Clean.Orders[0] with { Filled = 2 }, .. Clean.Orders.Skip(1)], Fills = [Clean.Fills[0]], Cash = new Dictionary<string, decimal>(StringComparer.Ordinal) })
            .Should().HaveCount(4).And.Contain("table fills: 1 rows, expected 2").And.Contain("cash USD: 0 in the table, 969 in the log");

    private static LoggedEvent Event(long sequence, double at, string stream, long version, string type, string data) =>
        new(sequence, stream, version, type, JsonSerializer.Deserialize<JsonElement>(data), Start.AddSeconds(at));

    /// <summary>The clean log with the data of one event changed.</summary>
    private static RoutingLog Altered(long sequence, Func<string, string> change) => Clean with
    {
        Events = [.. Clean.Events.Select(e => e.Sequence == sequence ? e with { Data = JsonSerializer.Deserialize<JsonElement>(change(e.Data.GetRawText())) } : e)],
    };

    private static RoutingLog Without(string stream) => Clean with { Events = [.. Clean.Events.Where(e => e.Stream != stream)] };

    /// <summary>The account is gated from long before the venue takes the second order.</summary>
    private static LoggedEvent Gated(LoggedEvent e) => e.Sequence switch
    {
        13 => Event(13, -9, "position-main-C000.ALPACA", 2, "account_gated", """{"Instrument":"C000.ALPACA","Quantity":3,"Reason":"the stream is lost"}"""),
        <= 3 => e with { CommittedAt = Start.AddSeconds(-10) },
        _ => e,
    };

    /// <param name="lines">Of the venue's file, a second apart.</param>
    private IReadOnlyList<string> Check(string[] lines, RoutingLog log, AskedOrder[]? asked = null)
    {
        System.IO.File.WriteAllLines(_file, lines.Select((line, i) => string.Create(
            CultureInfo.InvariantCulture, $$"""{"n":{{i + 1}},"at":"{{Start.AddSeconds(i):O}}",{{line[1..]}}""")));
        return OrderCheck.Of(VenueLedger.Read(_file), log, asked ?? Asked, new HashSet<string>(StringComparer.Ordinal));
    }
}
