using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Testing;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

/// <summary>What every adapter holds to, whatever its venue: one class a broker inherits this and says where its venue is.</summary>
public abstract class BrokerContract : IAsyncLifetime
{
    private protected const string OurId = "0123456789abcdefghjkmnpqrs";
    private protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private FakeVenue _venue = null!;
    private IBroker _broker = null!;

    private protected HurryingClock Clock { get; } = new();

    private protected IBroker Broker => _broker;

    private protected FakeVenue Venue => _venue;

    public async Task InitializeAsync()
    {
        _venue = await StartVenueAsync();
        _broker = _venue.Connect(Clock);
    }

    public async Task DisposeAsync()
    {
        await _broker.DisposeAsync();
        await _venue.DisposeAsync();
    }

    [Fact]
    public async Task An_order_that_is_placed_is_found_by_our_id_and_by_theirs()
    {
        var placed = await PlacedAsync();

        placed.ClientOrderId.Should().Be(OurId);
        foreach (var reference in (VenueOrderRef[])[new(_venue.Symbol, OurId, null), new(_venue.Symbol, OurId, placed.VenueOrderId)])
        {
            var found = (await _broker.GetOrderAsync(reference, default)).Should().BeOfType<OrderLookup.Found>().Which.Order;
            found.Should().BeEquivalentTo(
                new { placed.VenueOrderId, ClientOrderId = OurId, _venue.Symbol, Side = OrderSide.Buy, Type = OrderType.Limit, Quantity = 10m, Filled = 0m, LimitPrice = FakeVenue.Price });
            found.Status.IsFinal().Should().BeFalse();
        }
    }

    [Fact]
    public async Task An_order_that_is_placed_twice_was_there_before()
    {
        await PlacedAsync();

        (await _broker.PlaceAsync(Order(), default)).Should().BeOfType<PlaceResult.AlreadyPlaced>();
    }

    [Fact]
    public async Task An_order_for_a_symbol_that_the_venue_does_not_know_is_refused()
    {
        var result = await _broker.PlaceAsync(Order() with { Symbol = "NOSUCH" }, default);

        var error = result.Should().BeOfType<PlaceResult.Refused>().Which.Error;
        error.Category.Should().Be(BrokerErrorCategory.InvalidSymbol);
        error.Outcome.Should().Be(PlacementOutcome.NotPlaced);
    }

    [Fact]
    public async Task What_the_venue_does_not_have_is_not_found()
    {
        (await LookUpAsync()).Should().BeOfType<OrderLookup.NotFound>();
    }

    [Fact]
    public async Task An_order_that_is_canceled_by_our_id_or_theirs_works_no_more()
    {
        var placed = await PlacedAsync();
        (await _broker.CancelAsync(new VenueOrderRef(_venue.Symbol, OurId, null), default)).Should().BeOfType<ChangeResult.Taken>();
        (await FoundAsync()).Status.Should().Be(VenueOrderStatus.Canceled);
        (await OpenAsync()).Should().BeEmpty();

        var again = await _broker.CancelAsync(new VenueOrderRef(_venue.Symbol, OurId, placed.VenueOrderId), default);
        again.Should().BeOfType<ChangeResult.Refused>().Which.Error.Category
            .Should().BeOneOf(BrokerErrorCategory.OrderNotCancelable, BrokerErrorCategory.OrderNotFound);
    }

    [Fact]
    public async Task A_cancel_of_what_is_not_there_is_refused()
    {
        (await _broker.CancelAsync(new VenueOrderRef(_venue.Symbol, OurId, null), default))
            .Should().BeOfType<ChangeResult.Refused>().Which.Error.Category.Should().Be(BrokerErrorCategory.OrderNotFound);
    }

    [Fact]
    public async Task A_replaced_order_stands_as_it_was_changed_where_the_venue_can()
    {
        const string NewId = "1123456789abcdefghjkmnpqrs";
        var placed = await PlacedAsync();
        var reference = new VenueOrderRef(_venue.Symbol, OurId, placed.VenueOrderId);
        var replacing = () => _broker.ReplaceAsync(reference, new VenueOrderChange(NewId, 5, FakeVenue.Price - 1, null), default);
        if (!_broker.Capabilities.CanReplace)
        {
            await replacing.Should().ThrowAsync<NotSupportedException>();
            return;
        }

        (await replacing()).Should().BeOfType<ChangeResult.Taken>();

        (await OpenAsync()).Should().ContainSingle().Which.Should().BeEquivalentTo(
            new { ClientOrderId = NewId, Quantity = 5m, LimitPrice = FakeVenue.Price - 1 });
    }

    [Fact]
    public async Task Open_orders_are_all_listed()
    {
        string[] ids = [.. Enumerable.Range(0, 30).Select(i => $"{i:00}23456789abcdefghjkmnpqrs")];
        foreach (var id in ids) await _broker.PlaceAsync(Order() with { ClientId = id }, default);

        (await OpenAsync()).Select(order => order.ClientOrderId).Should().BeEquivalentTo(ids);
    }

    [Fact]
    public async Task Fills_are_in_the_order_the_executions_and_the_holdings()
    {
        await PlacedAsync();
        var since = (await FoundAsync()).At ?? TimeProvider.System.GetUtcNow().AddMinutes(-1);
        await _venue.FillAsync(OurId, 4);
        await _venue.FillAsync(OurId, 6);

        var order = await FoundAsync();
        order.Should().BeEquivalentTo(new { Status = VenueOrderStatus.Filled, Filled = 10m, AveragePrice = FakeVenue.Price });
        var fills = await _broker.GetExecutionsAsync([_venue.Symbol], since.AddSeconds(-2), default);
        fills.Select(fill => fill.Quantity).Should().Equal(4, 6);
        fills.Should().OnlyContain(fill => fill.VenueOrderId == order.VenueOrderId && fill.Price == FakeVenue.Price && fill.Side == OrderSide.Buy);
        fills.Select(fill => fill.TradeId).Should().OnlyHaveUniqueItems();

        var balances = await _broker.GetBalancesAsync(default);
        balances.Should().NotBeEmpty();
        if (_broker.Capabilities.Positions == PositionKind.Listed)
            (await _broker.GetPositionsAsync(default)).Should().ContainSingle().Which.Should().BeEquivalentTo(new { _venue.Symbol, Quantity = 10m });
    }

    [Fact]
    public async Task Whoever_listens_is_told_of_orders_and_fills_by_the_ids_that_the_executions_have()
    {
        using var stop = new CancellationTokenSource(Soon);
        await using var events = _broker.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        (await NextAsync(events)).Should().BeOfType<BrokerEvent.Connected>();

        await PlacedAsync();
        (await NextAsync(events)).Should().BeOfType<BrokerEvent.OrderChanged>().Which.Order.ClientOrderId.Should().Be(OurId);
        await _venue.FillAsync(OurId, 4);

        var told = (await NextAsync(events)).Should().BeOfType<BrokerEvent.OrderChanged>().Which.Order.Executions.Should().ContainSingle().Which;
        told.Should().BeEquivalentTo(new { Quantity = 4m, FakeVenue.Price, Cumulative = 4m, ClientOrderId = OurId });
        var listed = await _broker.GetExecutionsAsync([_venue.Symbol], told.At.AddSeconds(-5), default);
        listed.Should().ContainSingle().Which.TradeId.Should().Be(told.TradeId);
    }

    [Fact]
    public async Task What_was_missed_while_nobody_listened_can_be_asked_for()
    {
        using var stop = new CancellationTokenSource(Soon);
        await PlacedAsync();
        await using (var events = _broker.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token)) await NextAsync(events);

        await _venue.FillAsync(OurId, 4);

        await using var again = _broker.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        (await NextAsync(again)).Should().BeOfType<BrokerEvent.Connected>();
        (await FoundAsync()).Filled.Should().Be(4);
        await _venue.FillAsync(OurId, 6);
        (await NextAsync(again)).Should().BeOfType<BrokerEvent.OrderChanged>().Which.Order.Filled.Should().Be(10);
    }

    [Fact]
    public async Task Whoever_stops_listening_is_not_told_of_a_loss()
    {
        using var stop = new CancellationTokenSource();
        await using var events = _broker.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        await NextAsync(events);
        var next = events.MoveNextAsync().AsTask();

        await stop.CancelAsync();

        await next.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task The_venue_says_in_which_steps_an_instrument_trades_and_leaves_out_what_it_does_not_know()
    {
        var instruments = await _broker.GetInstrumentsAsync([_venue.Symbol, "NOSUCH"], default);

        var instrument = instruments.Should().ContainSingle().Which;
        instrument.Should().BeEquivalentTo(new { _venue.Symbol, IsTradable = true });
        instrument.WhyNot(Order(), null).Should().BeNull();
        instrument.WhyNot(Order() with { LimitPrice = FakeVenue.Price + (instrument.Tick(FakeVenue.Price) / 2) }, null).Should().NotBeNull();
        instrument.WhyNot(Order() with { Quantity = 10 + (instrument.Lot / 2) }, null).Should().NotBeNull();
    }

    private protected abstract Task<FakeVenue> StartVenueAsync();

    private protected VenueOrder Order() => new(
        OurId, _venue.Symbol, OrderSide.Buy, OrderType.Limit, _broker.Capabilities.OrderTypes[OrderType.Limit][0], 10, FakeVenue.Price);

    private protected async Task<OrderSnapshot> PlacedAsync() =>
        (await _broker.PlaceAsync(Order(), default)).Should().BeOfType<PlaceResult.Accepted>().Which.Order;

    private protected Task<OrderLookup> LookUpAsync() => _broker.GetOrderAsync(new VenueOrderRef(_venue.Symbol, OurId, null), default);

    private protected async Task<OrderSnapshot> FoundAsync() => (await LookUpAsync()).Should().BeOfType<OrderLookup.Found>().Which.Order;

    private async Task<IReadOnlyList<OrderSnapshot>> OpenAsync()
    {
        var (orders, areComplete) = await _broker.GetOpenOrdersAsync([_venue.Symbol], default);
        areComplete.Should().BeTrue();
        return orders;
    }

    private protected static async Task<BrokerEvent> NextAsync(IAsyncEnumerator<BrokerEvent> events) =>
        await events.MoveNextAsync() ? events.Current : throw new InvalidOperationException("The stream ended without a word.");
}
