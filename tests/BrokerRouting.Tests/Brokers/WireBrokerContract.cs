using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Testing;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

/// <summary>What an adapter holds to besides whose venue is at the other end of a line: what lines and servers do.</summary>
public abstract class WireBrokerContract : BrokerContract
{
    /// <summary>What an adapter with a wrong key is given as its secret.</summary>
    internal const string WrongSecret = "not-the-secret-of-this-account";

    private FakeWireVenue Wire => (FakeWireVenue)Venue;

    [Fact]
    public async Task A_stream_that_ends_says_so_and_what_was_missed_can_be_asked_for()
    {
        using var stop = new CancellationTokenSource(Soon);
        await PlacedAsync();
        await using (var events = Broker.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token))
        {
            await NextAsync(events);
            Wire.DropStreams();
            await events.Invoking(e => e.MoveNextAsync().AsTask()).Should().ThrowAsync<BrokerException>();
        }

        await Venue.FillAsync(OurId, 4);

        await using var again = Broker.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        (await NextAsync(again)).Should().BeOfType<BrokerEvent.Connected>();
        (await FoundAsync()).Filled.Should().Be(4);
        await Venue.FillAsync(OurId, 6);
        (await NextAsync(again)).Should().BeOfType<BrokerEvent.OrderChanged>().Which.Order.Filled.Should().Be(10);
    }

    [Theory]
    [InlineData(VenueFault.AcceptThenDrop)]
    [InlineData(VenueFault.AcceptThenServerError)]
    [InlineData(VenueFault.AcceptThenHtml)]
    [InlineData(VenueFault.AcceptThenGarbage)]
    [InlineData(VenueFault.AcceptThenTenMegabytes)]
    public async Task Where_the_answer_is_lost_the_order_is_unknown_and_sent_once(VenueFault fault)
    {
        // A connection that is kept, so that one that ends is not ended before it began.
        await LookUpAsync();
        Wire.Fault = fault;

        (await Broker.PlaceAsync(Order(), default)).Should().BeOfType<PlaceResult.OutcomeUnknown>();

        Wire.Received(OurId).Should().Be(1);
        (await FoundAsync()).ClientOrderId.Should().Be(OurId);
    }

    [Fact]
    public async Task An_order_that_is_given_up_after_it_was_sent_is_unknown()
    {
        using var stop = new CancellationTokenSource();
        Wire.Fault = VenueFault.AcceptThenHang;
        Clock.LongestLimit = TimeSpan.FromSeconds(3);
        var placing = Broker.PlaceAsync(Order(), stop.Token);
        await Eventually.True(() => Wire.Received(OurId) == 1);

        await stop.CancelAsync();

        (await placing).Should().BeOfType<PlaceResult.OutcomeUnknown>();
    }

    [Theory]
    [InlineData(VenueFault.RateLimited, null)]
    [InlineData(VenueFault.RateLimitedFor7Seconds, 7)]
    public async Task Too_many_requests_are_refused_and_nothing_was_placed(VenueFault fault, int? seconds)
    {
        Wire.Fault = fault;

        var error = (await Broker.PlaceAsync(Order(), default)).Should().BeOfType<PlaceResult.Refused>().Which.Error;
        error.Category.Should().Be(BrokerErrorCategory.RateLimited);
        (error.RetryAfter?.TotalSeconds).Should().Be(seconds);
        (await Broker.PlaceAsync(Order(), default)).Should().BeOfType<PlaceResult.NotSent>().Which.RetryAfter.Should().BePositive();

        (await LookUpAsync()).Should().BeOfType<OrderLookup.NotFound>();
        Wire.Received(OurId).Should().Be(0);
    }

    [Fact]
    public async Task Nobody_there_is_not_sent_and_not_asked()
    {
        await using var broker = Wire.ConnectToNobody(Clock);

        (await broker.PlaceAsync(Order(), default)).Should().BeOfType<PlaceResult.NotSent>();
        var asking = () => broker.GetBalancesAsync(default);
        (await asking.Should().ThrowAsync<BrokerException>()).Which.Error.Category.Should().Be(BrokerErrorCategory.OutcomeUnknown);
        var listening = () => broker.ListenAsync(default).GetAsyncEnumerator().MoveNextAsync().AsTask();
        await listening.Should().ThrowAsync<BrokerException>();
    }

    [Fact]
    public async Task A_wrong_key_is_refused_everywhere_and_shown_nowhere()
    {
        await using var broker = Wire.Connect(Clock, withWrongKey: true);

        var error = (await broker.PlaceAsync(Order(), default)).Should().BeOfType<PlaceResult.Refused>().Which.Error;
        error.Category.Should().BeOneOf(BrokerErrorCategory.AuthInvalid, BrokerErrorCategory.BadSignature);
        Wire.Received(OurId).Should().Be(0);

        var asking = () => broker.GetBalancesAsync(default);
        var asked = (await asking.Should().ThrowAsync<BrokerException>()).Which;
        asked.Error.Category.Should().BeOneOf(BrokerErrorCategory.AuthInvalid, BrokerErrorCategory.BadSignature);
        var listening = () => broker.ListenAsync(default).GetAsyncEnumerator().MoveNextAsync().AsTask();
        var listened = (await listening.Should().ThrowAsync<BrokerException>()).Which;
        listened.Error.Category.Should().BeOneOf(BrokerErrorCategory.AuthInvalid, BrokerErrorCategory.BadSignature);

        $"{error}{asked}{listened}{broker}".Should().NotContain(WrongSecret);
    }

    [Fact]
    public async Task A_question_is_asked_again_while_the_venue_is_away()
    {
        await PlacedAsync();
        Wire.Fault = VenueFault.AwayOnce;

        (await FoundAsync()).ClientOrderId.Should().Be(OurId);

        Clock.Delays.Should().ContainSingle();
    }

    [Theory]
    [InlineData(VenueFault.TwentyPlaces)]
    [InlineData(VenueFault.HtmlOnce)]
    public async Task What_cannot_be_read_is_not_guessed_about(VenueFault fault)
    {
        await PlacedAsync();
        Wire.Fault = fault;

        (await Invoking(LookUpAsync).Should().ThrowAsync<BrokerException>()).Which.Error.Category.Should().Be(BrokerErrorCategory.OutcomeUnknown);
    }

    private static Func<Task> Invoking(Func<Task> action) => action;
}
