using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Binance;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Binance;

/// <summary>What the adapter asks of Binance and makes of its answers, against a server that checks the one and gives the other.</summary>
public sealed class BinanceBrokerTests : IAsyncLifetime
{
    private BinanceServer _venue = null!;

    public async Task InitializeAsync() => _venue = await BinanceServer.StartAsync();

    public async Task DisposeAsync() => await _venue.DisposeAsync();

    [Fact]
    public async Task A_market_order_comes_back_filled_with_fees_in_the_coin_that_was_bought()
    {
        await using var broker = _venue.Broker();

        var order = await PlaceAsync(broker, Market("c-1", OrderSide.Buy, 0.5m));

        order.Should().BeEquivalentTo(new { VenueOrderId = "1", ClientOrderId = "c-1", Status = VenueOrderStatus.Filled, Filled = 0.5m, AveragePrice = 40_000m });
        order.Executions.Select(e => (e.Quantity, e.Price, e.Fee, e.FeeAsset)).Should().Equal((0.25m, 40_000m, 0.00025m, "BTC"), (0.25m, 40_000m, 0.00025m, "BTC"));
        var balances = await broker.GetBalancesAsync(default);
        balances.Should().Contain(b => b.Asset == "BTC" && b.Total == 10.4995m);
        balances.Should().Contain(b => b.Asset == "USDT" && b.Total == 980_000m);
        (await broker.GetPositionsAsync(default)).Select(p => (p.Symbol, p.Quantity)).Should().Equal(balances.Select(b => (b.Asset, b.Total)));
    }

    [Fact]
    public async Task Every_kind_of_order_is_sent_with_what_it_takes_and_nothing_else()
    {
        await using var broker = _venue.Broker();
        var limit = new VenueOrder("c-1", "BTCUSDT", OrderSide.Buy, OrderType.Limit, TimeInForce.Gtc, 0.10m, LimitPrice: 39_000.50m);

        (await PlaceAsync(broker, limit)).Should().BeEquivalentTo(new { Status = VenueOrderStatus.New, Type = OrderType.Limit, LimitPrice = 39_000.5m });
        (await PlaceAsync(broker, limit with { ClientId = "c-2", PostOnly = true })).Type.Should().Be(OrderType.Limit);
        (await PlaceAsync(broker, limit with { ClientId = "c-3", TimeInForce = TimeInForce.Ioc })).Status.Should().Be(VenueOrderStatus.Expired);
        (await PlaceAsync(broker, limit with { ClientId = "c-4", TimeInForce = TimeInForce.Fok })).TimeInForce.Should().Be(TimeInForce.Fok);
        (await PlaceAsync(broker, Stop("c-5"))).Should().BeEquivalentTo(new { Status = VenueOrderStatus.Held, Type = OrderType.Stop, StopPrice = 39_000m });
        (await PlaceAsync(broker, Stop("c-6") with { Type = OrderType.StopLimit, LimitPrice = 38_900m })).Should()
            .BeEquivalentTo(new { Status = VenueOrderStatus.Held, Type = OrderType.StopLimit, StopPrice = 39_000m, LimitPrice = 38_900m });
        (await PlaceAsync(broker, Stop("c-7") with { Type = OrderType.TrailingStop, StopPrice = 39_600m, TrailBy = 400m })).Type.Should().Be(OrderType.TrailingStop);

        var sent = _venue.Signed.ToArray();
        sent.Select(p => p["type"]).Should().Equal("LIMIT", "LIMIT_MAKER", "LIMIT", "LIMIT", "STOP_LOSS", "STOP_LOSS_LIMIT", "STOP_LOSS");
        sent[0]["quantity"].Should().Be("0.1", "trailing zeros are cut");
        sent[0]["price"].Should().Be("39000.5");
        sent[6]["trailingDelta"].Should().Be("100", "400 behind 40,000 is a hundredth of it");
    }

    [Fact]
    public async Task What_cannot_be_put_into_its_words_is_refused_before_it_is_sent()
    {
        await using var broker = _venue.Broker();
        VenueOrder[] orders =
        [
            Market("c-1", OrderSide.Buy, 1) with { TimeInForce = TimeInForce.Day },
            Market("c-1", OrderSide.Buy, 1) with { ReduceOnly = true },
            Market("c-1", OrderSide.Buy, 1) with { PostOnly = true },
            Market("c-1", OrderSide.Buy, 1) with { Type = OrderType.Limit },
            Stop("c-1") with { StopPrice = null },
            Stop("c-1") with { TimeInForce = TimeInForce.Ioc },
            Stop("c-1") with { Type = OrderType.StopLimit },
            Stop("c-1") with { Type = OrderType.TrailingStop },
            Stop("c-1") with { Type = OrderType.TrailingStop, TrailBy = 1m },
        ];

        foreach (var order in orders)
        {
            (await broker.PlaceAsync(order, default)).Should().BeOfType<PlaceResult.Refused>()
                .Which.Error.Should().BeEquivalentTo(new { Category = BrokerErrorCategory.InvalidOrder, Outcome = PlacementOutcome.NotPlaced });
        }

        _venue.Asked.Should().BeEmpty();
    }

    [Theory]
    [InlineData(400, """{"code":-1007,"msg":"Timeout waiting for response from backend server. Send status unknown; execution status unknown."}""")]
    [InlineData(200, """{"orderId":1,"symbol":"BTCUSDT","executedQty":"0.12345678901234567890"}""")]
    [InlineData(200, """{"orderId":1,"symbol":"BTCUSDT","side":"BUY","transactTime":1,"fills":[{"tradeId":1,"qty":"1","price":"-1"}]}""")]
    public async Task An_order_whose_answer_does_not_tell_is_unknown_and_there_once(int status, string answer)
    {
        await using var broker = _venue.Broker();
        _venue.AnswerNextOnceDone(status, answer);

        (await broker.PlaceAsync(Market("c-1", OrderSide.Buy, 1), default)).Should().BeOfType<PlaceResult.OutcomeUnknown>();

        (await broker.GetOrderAsync(new VenueOrderRef("BTCUSDT", "c-1", null), default)).Should().BeOfType<OrderLookup.Found>()
            .Which.Order.Status.Should().Be(VenueOrderStatus.Filled);
        _venue.Placed.Should().Be(1);
    }

    [Fact]
    public async Task An_id_that_is_at_work_is_known_as_placed_before()
    {
        await using var broker = _venue.Broker();
        await PlaceAsync(broker, Stop("c-1"));

        (await broker.PlaceAsync(Stop("c-1"), default)).Should().BeOfType<PlaceResult.AlreadyPlaced>()
            .Which.Error.Category.Should().Be(BrokerErrorCategory.DuplicateClientOrderId);
        _venue.Placed.Should().Be(1);
    }

    [Fact]
    public async Task A_clock_that_differs_is_set_and_a_question_asked_once_more()
    {
        _venue.Ahead = TimeSpan.FromMinutes(10);
        await using var broker = _venue.Broker();

        (await broker.GetBalancesAsync(default)).Should().NotBeEmpty();

        broker.ClockSkew!.Value.Should().BeCloseTo(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(30));
        _venue.Asked.Should().Equal("GET /api/v3/account", "GET /api/v3/time", "GET /api/v3/account");
    }

    [Fact]
    public async Task A_clock_that_differs_refuses_an_order_which_is_not_sent_again()
    {
        _venue.Ahead = TimeSpan.FromMinutes(-10);
        await using var broker = _venue.Broker();

        (await broker.PlaceAsync(Stop("c-1"), default)).Should().BeOfType<PlaceResult.Refused>()
            .Which.Error.Should().BeEquivalentTo(new { Category = BrokerErrorCategory.ClockSkew, Outcome = PlacementOutcome.NotPlaced, Retry = RetryRule.AfterClockSync });
        _venue.Asked.Should().Equal("POST /api/v3/order", "GET /api/v3/time");
        await PlaceAsync(broker, Stop("c-1"));
    }

    [Fact]
    public async Task A_refusal_for_asking_too_much_is_heeded_until_it_is_over()
    {
        var clock = new HurryingClock();
        _venue.Clock = clock;
        await using var broker = _venue.Broker(clock);
        _venue.AnswerNext(429, """{"code":-1003,"msg":"Too much request weight used."}""", "17");

        (await broker.PlaceAsync(Stop("c-1"), default)).Should().BeOfType<PlaceResult.Refused>()
            .Which.Error.Should().BeEquivalentTo(new { Category = BrokerErrorCategory.RateLimited, RetryAfter = TimeSpan.FromSeconds(17), IsBanned = false });
        (await broker.PlaceAsync(Stop("c-1"), default)).Should().BeOfType<PlaceResult.NotSent>()
            .Which.RetryAfter!.Value.Should().BeCloseTo(TimeSpan.FromSeconds(17), TimeSpan.FromSeconds(5));
        _venue.Asked.Should().ContainSingle();

        clock.Advance(TimeSpan.FromSeconds(18));
        await PlaceAsync(broker, Stop("c-1"));
    }

    [Fact]
    public async Task What_the_venue_says_is_used_leaves_nothing_for_questions_less_for_orders_and_a_cancel_goes()
    {
        var clock = new HurryingClock();
        _venue.Clock = clock;
        await using var broker = _venue.Broker(clock);
        await PlaceAsync(broker, Stop("c-1"));
        _venue.UsedWeight = 5990;
        await broker.GetBalancesAsync(default);
        clock.Delays.Should().BeEmpty();

        (await broker.PlaceAsync(Stop("c-2"), default)).Should().BeOfType<PlaceResult.NotSent>();
        (await broker.CancelAsync(new VenueOrderRef("BTCUSDT", "c-1", null), default)).Should().BeOfType<ChangeResult.Taken>();
        await broker.GetBalancesAsync(default);

        clock.Delays.Should().NotBeEmpty("the question had to wait for its weight");
    }

    [Fact]
    public async Task A_ban_stops_all_that_would_be_asked()
    {
        await using var broker = _venue.Broker();
        _venue.AnswerNextQuestion(418, """{"code":-1003,"msg":"Way too much request weight used; IP banned until 1700000000000."}""", "180");

        var banned = await broker.Invoking(b => b.GetBalancesAsync(default)).Should().ThrowAsync<BrokerException>();
        banned.Which.Error.Should().BeEquivalentTo(new { Category = BrokerErrorCategory.RateLimited, RetryAfter = TimeSpan.FromSeconds(180), IsBanned = true });

        await broker.Invoking(b => b.GetPositionsAsync(default)).Should().ThrowAsync<BrokerException>();
        (await broker.CancelAsync(new VenueOrderRef("BTCUSDT", "c-1", null), default)).Should().BeOfType<ChangeResult.Refused>();
        (await broker.PlaceAsync(Stop("c-1"), default)).Should().BeOfType<PlaceResult.NotSent>();
        _venue.Asked.Should().ContainSingle();
    }

    [Fact]
    public async Task A_question_is_asked_again_while_the_venue_is_away()
    {
        var clock = new HurryingClock();
        _venue.Clock = clock;
        await using var broker = _venue.Broker(clock);
        for (var i = 0; i < 3; i++) _venue.AnswerNextQuestion(502, "<html>Bad Gateway</html>");

        (await broker.GetBalancesAsync(default)).Should().NotBeEmpty();

        _venue.Asked.Should().HaveCount(4);
        clock.Delays.Select(delay => Math.Round(Math.Log2(delay.TotalSeconds))).Should().Equal(0, 1, 2);
    }

    [Fact]
    public async Task A_cancel_comes_back_under_the_orders_own_id()
    {
        await using var broker = _venue.Broker();
        await PlaceAsync(broker, Stop("c-1"));
        var order = new VenueOrderRef("BTCUSDT", "c-1", null);

        (await broker.CancelAsync(order, default)).Should().BeOfType<ChangeResult.Taken>()
            .Which.Order.Should().BeEquivalentTo(new { ClientOrderId = "c-1", Status = VenueOrderStatus.Canceled });

        (await broker.CancelAsync(order, default)).Should().BeOfType<ChangeResult.Refused>()
            .Which.Error.Category.Should().Be(BrokerErrorCategory.OrderNotFound);
        (await broker.GetOrderAsync(order with { ClientId = "c-2" }, default)).Should().BeOfType<OrderLookup.NotFound>();
        _venue.Fault = VenueFault.AcceptThenDrop;
        (await broker.CancelAsync(order, default)).Should().BeOfType<ChangeResult.OutcomeUnknown>();
    }

    [Fact]
    public async Task An_order_without_fills_is_replaced_by_one_with_the_changes()
    {
        await using var broker = _venue.Broker();
        await PlaceAsync(broker, Resting("c-1"));

        var replaced = await broker.ReplaceAsync(new VenueOrderRef("BTCUSDT", "c-1", "1"), new VenueOrderChange("c-2", null, 39_100m, null), default);

        replaced.Should().BeOfType<ChangeResult.Taken>().Which.Order.Should().BeEquivalentTo(
            new { VenueOrderId = "2", ClientOrderId = "c-2", Status = VenueOrderStatus.New, Quantity = 1m, LimitPrice = 39_100m });
        (await broker.GetOpenOrdersAsync([], default)).Orders.Should().ContainSingle().Which.ClientOrderId.Should().Be("c-2");
    }

    [Fact]
    public async Task An_order_with_a_fill_is_not_replaced_and_stays_as_it_is()
    {
        await using var broker = _venue.Broker();
        await PlaceAsync(broker, Resting("c-1"));
        await _venue.FillAsync("c-1", 0.4m);

        (await broker.ReplaceAsync(new VenueOrderRef("BTCUSDT", "c-1", "1"), new VenueOrderChange("c-2", null, 39_100m, null), default))
            .Should().BeOfType<ChangeResult.Refused>().Which.Error.Category.Should().Be(BrokerErrorCategory.OrderNotCancelable);

        (await broker.GetOpenOrdersAsync([], default)).Orders.Should().ContainSingle()
            .Which.Should().BeEquivalentTo(new { ClientOrderId = "c-1", Filled = 0.4m, Remaining = 0.6m });
    }

    [Fact]
    public async Task A_replacement_that_is_refused_after_the_cancel_shows_the_order_as_canceled_and_why()
    {
        await using var broker = _venue.Broker();
        await PlaceAsync(broker, Resting("c-1"));

        var half = await broker.ReplaceAsync(new VenueOrderRef("BTCUSDT", "c-1", "1"), new VenueOrderChange("c-2", null, 39_000.001m, null), default);

        var order = half.Should().BeOfType<ChangeResult.Taken>().Which.Order!;
        order.Should().BeEquivalentTo(new { ClientOrderId = "c-1", Status = VenueOrderStatus.Canceled });
        order.Reason.Should().Contain("Filter failure: PRICE_FILTER");
        (await broker.GetOpenOrdersAsync([], default)).Orders.Should().BeEmpty();
    }

    [Fact]
    public async Task A_trailing_stop_is_not_replaced()
    {
        await using var broker = _venue.Broker();
        await PlaceAsync(broker, Stop("c-1") with { Type = OrderType.TrailingStop, TrailBy = 400m });

        (await broker.ReplaceAsync(new VenueOrderRef("BTCUSDT", "c-1", "1"), new VenueOrderChange("c-2", 2, null, null), default))
            .Should().BeOfType<ChangeResult.Refused>().Which.Error.Category.Should().Be(BrokerErrorCategory.Unsupported);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(400)]
    public async Task All_executions_since_a_time_are_found_over_days_and_pages(int daysAgo)
    {
        await using var broker = _venue.Broker();
        var now = TimeProvider.System.GetUtcNow();
        _venue.HasTraded("BTCUSDT", 5, now.AddDays(-daysAgo).AddHours(-1));
        _venue.HasTraded("BTCUSDT", 700, now.AddDays(-daysAgo).AddMinutes(1));
        _venue.HasTraded("ETHUSDT", 3, now.AddHours(-2));
        _venue.HasTraded("BTCUSDT", 1600, now.AddHours(-1));

        var found = await broker.GetExecutionsAsync(["BTCUSDT", "ETHUSDT"], now.AddDays(-daysAgo), default);

        found.Select(e => (e.Symbol, e.TradeId)).Should().OnlyHaveUniqueItems().And.HaveCount(2303);
        found.Should().BeInAscendingOrder(e => e.At);
        found[0].Should().BeEquivalentTo(new { TradeId = "106", Quantity = 2m, Price = 1.5m, Fee = 0.001m, FeeAsset = "BNB", Side = OrderSide.Buy });
    }

    [Fact]
    public async Task Instruments_come_with_their_filters_and_without_those_that_are_not_known()
    {
        await using var broker = _venue.Broker();

        var instruments = await broker.GetInstrumentsAsync(["BTCUSDT", "NOPE", "ETHUSDT"], default);

        instruments.Select(i => (i.Symbol, i.Asset, i.Currency)).Should().Equal(("BTCUSDT", "BTC", "USDT"), ("ETHUSDT", "ETH", "USDT"));
        instruments[0].WhyNot(Resting("c-1"), null).Should().BeNull();
        instruments[0].WhyNot(Resting("c-1") with { LimitPrice = 39_000.005m }, null).Should().Contain("0.01");
        instruments[0].WhyNot(Market("c-1", OrderSide.Buy, 0.0001m), 40_000m).Should().Contain("5");
    }

    [Fact]
    public async Task An_id_of_ours_fits_and_every_other_is_made_to()
    {
        await using var broker = _venue.Broker();
        var form = broker.Capabilities.ClientIdForm;
        var ours = ClientOrderId.For("main", "ema", new InstrumentId("BTCUSDT.BINANCE-SPOT"), 1_700_000_000_000, 0);
        string[] others = ["ab_C-9", "a b", "ä", new('x', 37), ""];

        form(ours).Should().Be(ours.Value);
        form(new ClientOrderId("ab_C-9")).Should().Be("ab_C-9");
        others.Select(id => form(new ClientOrderId(id))).Should().OnlyHaveUniqueItems().And.AllSatisfy(id => id.Should().MatchRegex("^[a-zA-Z0-9-_]{1,36}$"));
        broker.SymbolOf(new InstrumentId("BTC/USDT.BINANCE-SPOT")).Should().Be("BTCUSDT");
    }

    private static async Task<OrderSnapshot> PlaceAsync(BinanceBroker broker, VenueOrder order) =>
        (await broker.PlaceAsync(order, default)).Should().BeOfType<PlaceResult.Accepted>().Which.Order;

    private static VenueOrder Market(string id, OrderSide side, decimal quantity) => new(id, "BTCUSDT", side, OrderType.Market, TimeInForce.Gtc, quantity);

    private static VenueOrder Resting(string id) => new(id, "BTCUSDT", OrderSide.Buy, OrderType.Limit, TimeInForce.Gtc, 1, LimitPrice: 39_000m);

    private static VenueOrder Stop(string id) => new(id, "BTCUSDT", OrderSide.Sell, OrderType.Stop, TimeInForce.Gtc, 1, StopPrice: 39_000m);
}
