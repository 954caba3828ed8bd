using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.Testing;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Paper;

/// <summary>The account's book in the log: who writes it, who reads it, and what bars come to it.</summary>
public sealed class PaperBrokerTests(PaperFixture paper) : IClassFixture<PaperFixture>
{
    private readonly HurryingClock _clock = new();

    [Fact]
    public async Task After_a_restart_the_venue_stands_where_it_stood()
    {
        var venue = paper.NewVenue(out _);
        var before = venue.Connect(_clock);
        await before.PlaceAsync(Order("bought", OrderType.Market), default);
        await before.PlaceAsync(Order("trailing", OrderType.TrailingStop) with { Side = OrderSide.Sell, TrailBy = 3 }, default);
        await before.PlaceAsync(Order("resting", OrderType.Limit) with { LimitPrice = 90 }, default);
        await venue.FillAsync("", 10);
        await before.CancelAsync(new VenueOrderRef("AAPL", "resting", null), default);

        var after = venue.Another(_clock);

        (await StateAsync(after)).Should().BeEquivalentTo(await StateAsync(before), o => o.WithStrictOrdering());
        (await after.PlaceAsync(Order("bought", OrderType.Market), default)).Should().BeOfType<PlaceResult.AlreadyPlaced>();
    }

    [Fact]
    public async Task What_another_process_commits_is_told_and_counts()
    {
        var venue = paper.NewVenue(out _);
        var (one, other) = (venue.Connect(_clock), venue.Another(_clock));
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var events = one.ListenAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        (await events.MoveNextAsync()).Should().BeTrue();

        await other.PlaceAsync(Order("theirs", OrderType.Market), default);

        (await events.MoveNextAsync()).Should().BeTrue();
        events.Current.Should().BeOfType<BrokerEvent.OrderChanged>().Which.Order.ClientOrderId.Should().Be("theirs");
        (await one.PlaceAsync(Order("theirs", OrderType.Market), default)).Should().BeOfType<PlaceResult.AlreadyPlaced>();
    }

    [Fact]
    public async Task An_id_that_many_place_at_once_is_one_order()
    {
        var venue = paper.NewVenue(out var account);
        IBroker[] brokers = [.. Enumerable.Range(0, 4).Select(_ => venue.Another(_clock))];

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => brokers[i % 4].PlaceAsync(Order("same", OrderType.Market), default)));

        results.OfType<PlaceResult.Accepted>().Should().ContainSingle();
        results.OfType<PlaceResult.AlreadyPlaced>().Should().HaveCount(19);
        (await StreamAsync(account)).OfType<PaperOrderAccepted>().Should().ContainSingle();
    }

    [Fact]
    public async Task A_batch_that_comes_again_moves_nothing()
    {
        var venue = paper.NewVenue(out var account);
        var broker = venue.Connect(_clock);
        var first = venue.NextBar(100);
        await venue.Another(_clock).OnBarsAsync(first, default);
        await broker.PlaceAsync(Order("later", OrderType.Market), default);

        await venue.Another(_clock).OnBarsAsync(first, default);
        await Task.WhenAll(Enumerable.Repeat(venue.NextBar(101), 3).Select(bar => venue.Another(_clock).OnBarsAsync(bar, default)));

        (await StreamAsync(account)).OfType<PaperOrderFilled>().Should().ContainSingle().Which.Price.Should().Be(101);
    }

    [Fact]
    public async Task What_the_bus_skipped_is_read_from_the_tape_where_an_order_waits()
    {
        var venue = paper.NewVenue(out var account);
        var broker = venue.Another(_clock);
        venue.Connect(_clock);
        await broker.OnBarsAsync(venue.NextBar(100), default);
        venue.NextBar(100);
        await broker.OnBarsAsync(venue.NextBar(100), default);
        await broker.PlaceAsync(Order("waits", OrderType.Limit) with { LimitPrice = 95 }, default);
        var skipped = venue.NextBar(94);
        paper.Tape[skipped.Sequence] = skipped;

        await broker.OnBarsAsync(venue.NextBar(100), default);

        (await StreamAsync(account)).OfType<PaperOrderFilled>().Should().ContainSingle().Which.Price.Should().Be(94);
    }

    [Fact]
    public async Task Only_the_session_that_goes_on_for_ever_is_its_market()
    {
        var venue = paper.NewVenue(out var account);
        var broker = venue.Another(_clock);
        venue.Connect(_clock);
        await broker.PlaceAsync(Order("waits", OrderType.Market), default);

        await broker.OnBarsAsync(venue.NextBar(100) with { SessionId = "replay-1" }, default);
        await broker.OnBarsAsync(venue.NextBar(100) with { WarmUp = true }, default);

        (await StreamAsync(account)).OfType<PaperOrderFilled>().Should().BeEmpty();
    }

    private static VenueOrder Order(string id, OrderType type) => new(id, "AAPL", OrderSide.Buy, type, TimeInForce.Gtc, 10);

    private static async Task<object> StateAsync(IBroker broker) => new
    {
        Open = (await broker.GetOpenOrdersAsync([], default)).Orders,
        Bought = await broker.GetOrderAsync(new VenueOrderRef("AAPL", "bought", null), default),
        Resting = await broker.GetOrderAsync(new VenueOrderRef("AAPL", "resting", null), default),
        Executions = await broker.GetExecutionsAsync([], DateTimeOffset.MinValue, default),
        Positions = await broker.GetPositionsAsync(default),
        Balances = await broker.GetBalancesAsync(default),
    };

    private async Task<IReadOnlyList<object>> StreamAsync(string account) =>
        [.. (await paper.Log.OpenSession().FetchStreamAsync($"venue-{account}")).Select(e => e.Data)];
}
