using System.Text.Json.Nodes;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Binance;
using AlgoStack.Testing;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Binance;

/// <summary>What the WebSocket API tells of an account.</summary>
public sealed class BinanceStreamTests : IAsyncLifetime
{
    private BinanceServer _venue = null!;

    public async Task InitializeAsync() => _venue = await BinanceServer.StartAsync();

    public async Task DisposeAsync() => await _venue.DisposeAsync();

    [Fact]
    public async Task Orders_and_fills_are_told_as_they_happen()
    {
        await using var broker = _venue.Broker();
        await using var told = await ListenAsync(broker);

        await broker.PlaceAsync(Market("c-1"), default);

        var orders = new[] { await OrderAsync(told), await OrderAsync(told), await OrderAsync(told) };
        orders.Select(o => (o.Status, o.Filled)).Should().Equal(
            (VenueOrderStatus.New, 0), (VenueOrderStatus.PartiallyFilled, 0.5m), (VenueOrderStatus.Filled, 1));
        orders.SelectMany(o => o.Executions).Should().AllSatisfy(e => e.Should().BeEquivalentTo(
            new { ClientOrderId = "c-1", Symbol = "BTCUSDT", Side = OrderSide.Buy, Quantity = 0.5m, Price = 40_000m, Fee = 0.0005m, FeeAsset = "BTC" }));
        orders[2].Executions.Single().Cumulative.Should().Be(1);
        orders[2].AveragePrice.Should().Be(40_000);
    }

    [Fact]
    public async Task A_fill_is_the_same_one_on_the_stream_in_the_answer_and_in_the_list()
    {
        await using var broker = _venue.Broker();
        await using var told = await ListenAsync(broker);

        var answered = ((PlaceResult.Accepted)await broker.PlaceAsync(Market("c-1"), default)).Order.Executions;
        await OrderAsync(told);
        Execution[] streamed = [.. (await OrderAsync(told)).Executions, .. (await OrderAsync(told)).Executions];
        var listed = await broker.GetExecutionsAsync(["BTCUSDT"], TimeProvider.System.GetUtcNow().AddMinutes(-5), default);

        var keys = streamed.Select(e => (e.Symbol, e.TradeId, e.VenueOrderId, e.Side, e.Quantity, e.Price, e.Fee, e.FeeAsset)).ToArray();
        keys.Should().HaveCount(2);
        answered.Select(e => (e.Symbol, e.TradeId, e.VenueOrderId, e.Side, e.Quantity, e.Price, e.Fee, e.FeeAsset)).Should().Equal(keys);
        listed.Select(e => (e.Symbol, e.TradeId, e.VenueOrderId, e.Side, e.Quantity, e.Price, e.Fee, e.FeeAsset)).Should().Equal(keys);
    }

    [Fact]
    public async Task A_cancel_is_told_under_the_orders_own_id()
    {
        await using var broker = _venue.Broker();
        await using var told = await ListenAsync(broker);
        await broker.PlaceAsync(Market("c-1") with { Type = OrderType.Stop, StopPrice = 41_000 }, default);
        (await OrderAsync(told)).Status.Should().Be(VenueOrderStatus.Held);

        await broker.CancelAsync(new VenueOrderRef("BTCUSDT", "c-1", null), default);

        (await OrderAsync(told)).Should().BeEquivalentTo(new { ClientOrderId = "c-1", Status = VenueOrderStatus.Canceled });
    }

    [Fact]
    public async Task What_is_told_twice_has_the_same_key()
    {
        _venue.EventCopies = 2;
        await using var broker = _venue.Broker();
        await using var told = await ListenAsync(broker);

        await broker.PlaceAsync(Market("c-1"), default);

        var orders = new List<OrderSnapshot>();
        for (var i = 0; i < 6; i++) orders.Add(await OrderAsync(told));
        orders.SelectMany(o => o.Executions).Select(e => e.TradeId).Should().Equal("101", "101", "102", "102");
    }

    [Fact]
    public async Task Balances_are_of_no_concern_and_what_cannot_be_read_is_kept()
    {
        await using var broker = _venue.Broker();
        await using var told = await ListenAsync(broker);

        foreach (var name in (string[])["outboundAccountPosition", "balanceUpdate", "listStatus", "newWord"]) _venue.Tell(new JsonObject { ["e"] = name });
        _venue.Tell(new JsonObject { ["e"] = "executionReport", ["s"] = "BTCUSDT", ["i"] = 1, ["x"] = "TRADE", ["z"] = "0.12345678901234567890" });
        _venue.Tell(new JsonObject { ["e"] = "executionReport", ["s"] = "BTCUSDT", ["i"] = 1, ["x"] = "NEW", ["X"] = "MELTED", ["z"] = "0" });

        (await NextAsync(told)).Should().BeOfType<BrokerEvent.Unreadable>().Which.Reason.Should().Contain("newWord");
        (await NextAsync(told)).Should().BeOfType<BrokerEvent.Unreadable>().Which.Reason.Should().Contain("'z'");
        (await OrderAsync(told)).Status.Should().Be(VenueOrderStatus.Unknown);
    }

    [Theory]
    [InlineData("serverShutdown", false)]
    [InlineData("serverShutdown", true)]
    [InlineData("eventStreamTerminated", true)]
    public async Task A_venue_that_is_about_to_leave_ends_the_stream(string happened, bool isWrapped)
    {
        await using var broker = _venue.Broker();
        await using var told = await ListenAsync(broker);

        _venue.Tell(new JsonObject { ["e"] = happened }, isWrapped);

        await told.Invoking(t => t.MoveNextAsync().AsTask()).Should().ThrowAsync<BrokerException>().WithMessage($"*{happened}*");
    }

    [Fact]
    public async Task The_clock_is_set_before_the_account_is_listened_to()
    {
        _venue.Ahead = TimeSpan.FromMinutes(10);
        await using var broker = _venue.Broker();

        await using var told = await ListenAsync(broker);

        broker.ClockSkew!.Value.Should().BeCloseTo(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void A_refused_subscription_says_why_and_for_how_long()
    {
        var events = new BinanceUserData(new BinanceKey(new Secret("key"), new Secret("secret")));
        var refused = """{"id":1,"status":418,"error":{"code":-1003,"msg":"IP banned.","data":{"serverTime":1700000000000,"retryAfter":1700000060000}}}"""u8.ToArray();

        events.Invoking(e => e.Read(refused)).Should().Throw<BrokerException>().Which.Error.Should().BeEquivalentTo(
            new { Category = BrokerErrorCategory.RateLimited, VenueCode = "-1003", RetryAfter = TimeSpan.FromMinutes(1), IsBanned = true });
    }

    private static async Task<IAsyncEnumerator<BrokerEvent>> ListenAsync(BinanceBroker broker)
    {
        var told = broker.ListenAsync(default).GetAsyncEnumerator();
        (await NextAsync(told)).Should().BeOfType<BrokerEvent.Connected>();
        return told;
    }

    private static async Task<OrderSnapshot> OrderAsync(IAsyncEnumerator<BrokerEvent> told) =>
        (await NextAsync(told)).Should().BeOfType<BrokerEvent.OrderChanged>().Which.Order;

    private static async Task<BrokerEvent> NextAsync(IAsyncEnumerator<BrokerEvent> told)
    {
        (await told.MoveNextAsync().AsTask().WaitAsync(Eventually.DefaultTimeout)).Should().BeTrue();
        return told.Current;
    }

    private static VenueOrder Market(string id) => new(id, "BTCUSDT", OrderSide.Buy, OrderType.Market, TimeInForce.Gtc, 1);
}
