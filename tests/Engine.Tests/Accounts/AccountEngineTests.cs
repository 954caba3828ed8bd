using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>What one word of a venue, or one wish, makes of an account.</summary>
public sealed class AccountEngineTests
{
    private static readonly DateTimeOffset Now = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");
    private int _ids;

    [Fact]
    public void Closing_waits_for_what_is_taken_back_and_is_for_what_is_held_by_then()
    {
        var engine = Proven();
        var entry = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Report(engine, entry, VenueOrderStatus.Filled, 10, 10);
        var exit = Wish(engine, "exit", OrderSide.Sell, 10, OrderType.Limit, 110);
        Turn(engine);
        Report(engine, exit, VenueOrderStatus.New, 0, 0);

        engine.Global = TradingState.Halted;
        engine.CloseAll("close", "enough", Now);
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Cancel>();
        Report(engine, exit, VenueOrderStatus.PartiallyFilled, 3, 3);
        Turn(engine).Should().BeEmpty();
        engine.OnCancelAnswered(exit, new ChangeResult.Taken(null), Now);
        Report(engine, exit, VenueOrderStatus.Canceled, 3, 0);

        Turn(engine).OfType<AccountWork.Place>().Should().ContainSingle().Which.Order.Should().Match<VenueOrder>(o => o.Quantity == 7 && o.Side == OrderSide.Sell);
    }

    [Theory]
    [InlineData(0, 25, OrderSide.Buy, 25)]
    [InlineData(10, 25, OrderSide.Buy, 15)]
    [InlineData(10, 10, null, 0)]
    [InlineData(10, 4, OrderSide.Sell, 6)]
    [InlineData(10, -5, OrderSide.Sell, 15)]
    [InlineData(10, 0, OrderSide.Sell, 10)]
    [InlineData(0, 0, null, 0)]
    public void A_target_is_reached_by_one_order_or_none(decimal held, decimal target, OrderSide? side, decimal quantity)
    {
        var engine = Proven();
        if (held > 0)
        {
            var entry = Wish(engine, "entry", OrderSide.Buy, held, OrderType.Limit, 100);
            Turn(engine);
            Report(engine, entry, VenueOrderStatus.Filled, held, held);
        }

        engine.OnPrice("AAPL", 100, Now);
        engine.Target("key", Apple.Id, target, "test", Now);
        engine.Target("key", Apple.Id, target, "test", Now);

        var orders = Turn(engine).OfType<AccountWork.Place>().Select(p => (p.Order.Side, p.Order.Quantity)).ToList();
        if (side is { } expected) orders.Should().Equal((expected, quantity));
        else orders.Should().BeEmpty();
    }

    [Fact]
    public void What_the_life_before_may_have_sent_last_has_the_settle_time_from_the_start_on()
    {
        var before = Proven(TimeSpan.FromSeconds(15));
        var order = Wish(before, "order", OrderSide.Buy, 10, OrderType.Limit, 100);
        before.Release(10, Now);
        List<object> log = [.. before.Events];

        var engine = NewEngine(TimeSpan.FromSeconds(15));
        foreach (var stored in log) engine.Apply(stored);
        var start = Now.AddSeconds(20);
        engine.Restart(start);
        engine.TakeWork(start).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Lookup>();
        engine.OnLookup(order, new OrderLookup.NotFound(), [], start);
        engine.Find(order)!.Status.Should().Be(OrderStatus.Unknown, "it may have left at the last moment");

        engine.TakeWork(start.AddSeconds(14)).Should().BeEmpty();
        engine.TakeWork(start.AddSeconds(15)).Should().ContainSingle();
        engine.OnLookup(order, new OrderLookup.NotFound(), [], start.AddSeconds(15));
        engine.Find(order)!.Status.Should().Be(OrderStatus.Approved);
    }

    [Fact]
    public void What_somebody_puts_in_the_place_of_an_order_is_that_order()
    {
        var engine = Proven();
        var order = Wish(engine, "order", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Report(engine, order, VenueOrderStatus.PartiallyFilled, 4, 4);

        engine.OnReport(Seen(engine, order, VenueOrderStatus.Replaced, 4) with { ReplacedBy = "V-2" }, Now);
        engine.TakeWork(Now.AddSeconds(1)).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Lookup>().Which.Order.VenueOrderId.Should().Be("V-2");
        var by = Seen(engine, order, VenueOrderStatus.New, 0) with { VenueOrderId = "V-2", ClientOrderId = "theirs", Quantity = 7, LimitPrice = 99 };
        engine.OnLookup(order, new OrderLookup.Found(by), [], Now);

        engine.Find(order).Should().BeEquivalentTo(new { Status = OrderStatus.PartiallyFilled, VenueOrderId = "V-2", Quantity = 11m, Filled = 4m, LimitPrice = 99m });

        // What the first one traded at the last moment comes late, and the second trades what it is for.
        Trade(engine, order, by with { VenueOrderId = "V-" + order, Status = VenueOrderStatus.Replaced, Filled = 5, ReplacedBy = "V-2" }, 1);
        Trade(engine, order, by with { Status = VenueOrderStatus.Filled, Filled = 7 }, 7);
        engine.Find(order).Should().BeEquivalentTo(new { Status = OrderStatus.Filled, Quantity = 12m, Filled = 12m });
        engine.PositionOf(Apple.Id).Held.Should().Be(12);
        engine.Drifts.Should().BeEmpty();
    }

    [Fact]
    public void A_fill_that_is_named_by_two_ids_is_booked_once()
    {
        var engine = Proven();
        var order = Wish(engine, "order", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);

        Report(engine, order, VenueOrderStatus.PartiallyFilled, 4, 4);
        Report(engine, order, VenueOrderStatus.PartiallyFilled, 4, 4);

        engine.PositionOf(Apple.Id).Held.Should().Be(4, "the venue's own sum has room for one");
    }

    [Fact]
    public void A_fill_that_is_told_twice_is_booked_once_though_the_sum_has_room()
    {
        var engine = Proven();
        var order = Wish(engine, "order", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Report(engine, order, VenueOrderStatus.PartiallyFilled, 4, 4);

        // The next fill is in the sum before it is told.
        _ids--;
        Report(engine, order, VenueOrderStatus.PartiallyFilled, 8, 4);

        engine.PositionOf(Apple.Id).Held.Should().Be(4);
    }

    [Fact]
    public void A_fill_is_booked_once_though_its_order_was_read_from_the_log_before_it_was_done()
    {
        var engine = Proven();
        var id = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Report(engine, id, VenueOrderStatus.New, 0, 0);
        engine.Reconcile(Now);
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Reconcile>();
        var read = engine.Find(id)!;

        Report(engine, id, VenueOrderStatus.Filled, 10, 10);
        var fill = engine.Events.OfType<OrderFilled>().Single();
        Turn(engine);
        engine.Forget();
        engine.Recall(read);
        engine.OnStatement(
            new VenueStatement(
                [], true, [new Execution(fill.TradeId, $"V-{id}", null, "AAPL", OrderSide.Buy, 10, 100, null, null, 10, Now)], [new VenuePosition("AAPL", 10, 100)], [new VenueBalance("USD", 99_000, 99_000)], Now),
            Now);
        Report(engine, id, VenueOrderStatus.Filled, 10, 0);

        engine.Events.OfType<OrderFilled>().Should().BeEmpty();
        engine.PositionOf(Apple.Id).Held.Should().Be(10);
    }

    [Fact]
    public void What_did_not_get_away_leaves_only_once_the_account_is_proven_again()
    {
        var engine = Proven();
        var id = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine).Should().ContainSingle();

        engine.OnPlaced(id, new PlaceResult.NotSent("connection refused"), Now);
        engine.OnStreamLost("the venue is gone", Now);
        var later = Now.AddSeconds(30);
        Turn(engine, later).Should().BeEmpty();
        engine.Find(id)!.Status.Should().Be(OrderStatus.Approved);

        engine.OnConnected(later);
        Turn(engine, later).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Reconcile>();
        engine.OnStatement(new VenueStatement([], true, [], [], [new VenueBalance("USD", 100_000, 100_000)], later), later);
        Turn(engine, later).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Place>();
    }

    [Fact]
    public void An_order_that_is_done_before_its_cancel_is_answered_holds_no_proof_up()
    {
        var engine = Proven();
        var id = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Report(engine, id, VenueOrderStatus.New, 0, 0);
        engine.Cancel(id, "changed my mind", Now);
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Cancel>();

        engine.OnStreamLost("the venue is gone", Now);
        engine.OnConnected(Now);
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Reconcile>();
        engine.OnStatement(new VenueStatement([], true, [], [], [new VenueBalance("USD", 100_000, 100_000)], Now), Now);
        Report(engine, id, VenueOrderStatus.Canceled, 0, 0);
        Turn(engine).Should().BeEmpty();
        engine.OnCancelAnswered(id, new ChangeResult.Taken(null), Now);

        Turn(engine);
        engine.IsProven.Should().BeTrue();
    }

    [Fact]
    public void A_halt_stops_what_did_not_get_away()
    {
        var engine = Proven();
        var id = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);

        engine.OnPlaced(id, new PlaceResult.NotSent("connection refused"), Now);
        engine.Global = TradingState.Halted;

        Turn(engine, Now.AddSeconds(30)).Should().BeEmpty();
        engine.Find(id)!.Status.Should().Be(OrderStatus.Denied);
    }

    [Fact]
    public void What_never_gets_away_is_denied_after_a_minute()
    {
        var engine = Proven();
        var id = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        var now = Now;
        while (true)
        {
            foreach (var _ in Turn(engine, now).OfType<AccountWork.Place>()) engine.OnPlaced(id, new PlaceResult.NotSent("connection refused"), now);
            if (engine.Find(id)!.Status == OrderStatus.Denied) break;

            engine.NextWorkAt().Should().BeAfter(now);
            now = engine.NextWorkAt()!.Value.AddTicks(1);
        }

        now.Should().BeCloseTo(Now.AddMinutes(1), TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_arrives_after_it_was_taken_for_lost_is_canceled_at_the_venue_and_what_it_trades_is_booked(bool isReported)
    {
        var engine = Proven();
        var id = Wish(engine, "late", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        engine.OnPlaced(id, new PlaceResult.OutcomeUnknown("no answer"), Now);
        engine.Cancel(id, "changed my mind", Now);
        Turn(engine);
        engine.OnLookup(id, new OrderLookup.NotFound(), [], Now);
        engine.Find(id)!.Status.Should().Be(OrderStatus.Canceled);

        var seen = Seen(engine, id, VenueOrderStatus.New, 0);
        if (isReported)
        {
            engine.OnReport(seen, Now);
        }
        else
        {
            engine.Reconcile(Now);
            Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Reconcile>();
            engine.OnStatement(new VenueStatement([seen], true, [], [], [new VenueBalance("USD", 100_000, 100_000)], Now), Now);
        }

        Turn(engine).OfType<AccountWork.Lookup>().Should().ContainSingle("what was reported may be old");
        engine.OnLookup(id, new OrderLookup.Found(seen), [], Now);
        engine.Drifts.Should().ContainSingle().Which.Subject.Should().Be("AAPL");
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Cancel>().Which.Order.VenueOrderId.Should().Be(seen.VenueOrderId);
        engine.Forget();

        Trade(engine, id, seen with { Status = VenueOrderStatus.PartiallyFilled, Filled = 3 }, 3);
        engine.OnCancelAnswered(id, new ChangeResult.Taken(seen with { Status = VenueOrderStatus.Canceled, Filled = 3 }), Now);
        engine.PositionOf(Apple.Id).Held.Should().Be(3);
        engine.Drifts.Should().BeEmpty();
        Turn(engine, Now.AddSeconds(1)).OfType<AccountWork.Cancel>().Should().BeEmpty();
        engine.Forget();
        engine.Find(id).Should().BeNull();
    }

    [Fact]
    public void That_an_order_was_not_there_counts_only_where_the_venue_was_asked_once_nothing_could_arrive_any_more()
    {
        var engine = Proven(TimeSpan.FromSeconds(2));
        var id = Wish(engine, "slow", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        engine.OnPlaced(id, new PlaceResult.OutcomeUnknown("no answer within a second"), Now.AddSeconds(1));
        Turn(engine, Now.AddSeconds(2)).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Lookup>();

        // It was asked in time and has answered late: the order may have come in between.
        engine.OnLookup(id, new OrderLookup.NotFound(), [], Now.AddSeconds(4));

        engine.Find(id)!.Status.Should().Be(OrderStatus.Unknown);
        Turn(engine, Now.AddSeconds(4)).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Lookup>();
        engine.OnLookup(id, new OrderLookup.NotFound(), [], Now.AddSeconds(4));
        Turn(engine, Now.AddSeconds(4)).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Place>();
    }

    [Fact]
    public void What_was_given_up_for_lost_has_a_name_once_it_is_seen()
    {
        var engine = Proven();
        var id = Wish(engine, "late", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        engine.OnPlaced(id, new PlaceResult.OutcomeUnknown("no answer"), Now);
        engine.Cancel(id, "changed my mind", Now);
        Turn(engine);
        engine.OnLookup(id, new OrderLookup.NotFound(), [], Now);

        Report(engine, id, VenueOrderStatus.Filled, 10, 10);

        engine.Find(id)!.Should().BeEquivalentTo(new { Status = OrderStatus.Canceled, Filled = 10m, VenueOrderId = Seen(engine, id, VenueOrderStatus.Filled, 10).VenueOrderId });
    }

    [Fact]
    public void An_old_report_of_what_is_done_takes_nothing_back()
    {
        var engine = Proven();
        var id = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        var working = Seen(engine, id, VenueOrderStatus.New, 0);
        Report(engine, id, VenueOrderStatus.Canceled, 0, 0);

        engine.OnReport(working, Now);
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Lookup>();
        engine.OnLookup(id, new OrderLookup.Found(Seen(engine, id, VenueOrderStatus.Canceled, 0)), [], Now);

        Turn(engine, Now.AddSeconds(1)).Should().BeEmpty();
        engine.Drifts.Should().BeEmpty();
    }

    [Fact]
    public void Nothing_is_due_while_an_order_works_but_the_next_statement()
    {
        var engine = Proven();
        var id = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Report(engine, id, VenueOrderStatus.New, 0, 0);
        Turn(engine, Now.AddSeconds(1)).Should().BeEmpty();

        engine.NextWorkAt().Should().Be(Now.AddMinutes(1));
        engine.OnStreamLost("the venue is gone", Now.AddSeconds(2));
        Turn(engine, Now.AddMinutes(2)).Should().BeEmpty();
        engine.NextWorkAt().Should().BeNull("nobody can be asked");
    }

    [Fact]
    public void Where_a_venue_gives_an_id_again_a_fill_is_of_the_order_that_it_fits()
    {
        var engine = Proven();
        var first = Wish(engine, "first", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Trade(engine, first, Seen(engine, first, VenueOrderStatus.Filled, 10) with { VenueOrderId = "V-1" }, 10);
        var second = Wish(engine, "second", OrderSide.Sell, 10, OrderType.Limit, 100);
        Turn(engine);
        engine.OnPlaced(second, new PlaceResult.Accepted(Seen(engine, second, VenueOrderStatus.New, 0) with { VenueOrderId = "V-1" }), Now);

        // A list of what traded knows the venue's id alone; one of the fills is of a third order, of another symbol.
        Execution[] fills =
        [
            new("T1", "V-1", null, "AAPL", OrderSide.Buy, 10, 100, null, null, 10, Now),
            new("T9", "V-1", null, "AAPL", OrderSide.Sell, 4, 100, null, null, 4, Now),
        ];
        engine.Reconcile(Now);
        Turn(engine).OfType<AccountWork.Reconcile>().Should().ContainSingle();
        engine.OnStatement(new VenueStatement([], true, fills, [new VenuePosition("AAPL", 6, 100)], [new VenueBalance("USD", 99_400, 99_400)], Now), Now);
        Turn(engine).OfType<AccountWork.Lookup>().Should().ContainSingle().Which.Order.Should().Be(new VenueOrderRef("AAPL", second.Value, null));
        engine.OnLookup(second, new OrderLookup.Found(Seen(engine, second, VenueOrderStatus.PartiallyFilled, 4) with { VenueOrderId = "V-1" }), fills, Now);

        engine.Find(first).Should().BeEquivalentTo(new { Status = OrderStatus.Filled, Filled = 10m });
        engine.Find(second).Should().BeEquivalentTo(new { Status = OrderStatus.PartiallyFilled, Filled = 4m });
        engine.PositionOf(Apple.Id).Held.Should().Be(6);
        engine.Drifts.Should().BeEmpty();
    }

    [Fact]
    public void What_a_closing_order_opens_beyond_zero_is_opened_once_though_more_of_it_is_told()
    {
        var engine = Proven(canCrossZero: false);
        var entry = Wish(engine, "entry", OrderSide.Buy, 10, OrderType.Limit, 100);
        Turn(engine);
        Report(engine, entry, VenueOrderStatus.Filled, 10, 10);
        var close = Wish(engine, "close", OrderSide.Sell, 15, OrderType.Market, 100);
        Turn(engine);
        Report(engine, close, VenueOrderStatus.Filled, 10, 10);
        var rest = Turn(engine).OfType<AccountWork.Place>().Should().ContainSingle().Which;
        rest.Order.Quantity.Should().Be(5);
        Report(engine, rest.OrderId, VenueOrderStatus.Filled, 5, 5);
        var closed = engine.Find(close)!;
        engine.Forget();
        engine.Find(rest.OrderId).Should().BeNull();

        engine.Recall(closed);
        Trade(engine, close, Seen(engine, close, VenueOrderStatus.Filled, 12), 2);
        Turn(engine).OfType<AccountWork.Place>().Should().BeEmpty();
    }

    private static AccountEngine Proven(TimeSpan settleTime = default, bool canCrossZero = true)
    {
        var engine = NewEngine(settleTime, canCrossZero);
        engine.Restart(Now);
        engine.OnConnected(Now);
        Turn(engine).Should().ContainSingle().Which.Should().BeOfType<AccountWork.Reconcile>();
        engine.OnStatement(new VenueStatement([], true, [], [], [new VenueBalance("USD", 100_000, 100_000)], Now), Now);
        Turn(engine).Should().BeEmpty();
        engine.IsProven.Should().BeTrue();
        return engine;
    }

    private static AccountEngine NewEngine(TimeSpan settleTime, bool canCrossZero = true)
    {
        var portfolio = new PortfolioKeeper("main", 0);
        var capabilities = new BrokerCapabilities(
            Enum.GetValues<OrderType>().ToDictionary(t => t, _ => (IReadOnlyList<TimeInForce>)[TimeInForce.Gtc]),
            id => id.Value,
            ClientIdScope.Forever,
            settleTime,
            PositionKind.Listed,
            CanReplace: false,
            CanPostOnly: false,
            CanReduceOnly: false)
        {
            CanCrossZero = canCrossZero,
        };
        var engine = new AccountEngine(new AccountTerms("main", "VEN", capabilities), portfolio, new RiskEngine(portfolio, new RiskLimits(10, 100)));
        engine.Add(Apple, new VenueInstrument("AAPL", "USD", true, _ => 0.01m, 1));
        return engine;
    }

    private static IReadOnlyList<AccountWork> Turn(AccountEngine engine, DateTimeOffset? at = null)
    {
        engine.Release(10, at ?? Now);
        engine.Events.Clear();
        return engine.TakeWork(at ?? Now);
    }

    private static ClientOrderId Wish(AccountEngine engine, string name, OrderSide side, decimal quantity, OrderType type, decimal price)
    {
        var id = ClientOrderId.ForRequest("main", name);
        engine.Place(
            new OrderIntent(id, "main", "test", Apple.Id, side, quantity, type, price, null, Now)
            {
                LimitPrice = type == OrderType.Limit ? price : null,
                StopPrice = type == OrderType.Stop ? price : null,
            },
            Now);
        return id;
    }

    private void Report(AccountEngine engine, ClientOrderId order, VenueOrderStatus status, decimal filled, decimal traded)
    {
        var seen = Seen(engine, order, status, filled);
        if (traded > 0) seen = seen with { Executions = [Fill(engine, order, seen, traded)] };
        if (engine.Find(order)!.Status == OrderStatus.Submitted) engine.OnPlaced(order, new PlaceResult.Accepted(seen), Now);
        else engine.OnReport(seen, Now);
    }

    private void Trade(AccountEngine engine, ClientOrderId order, OrderSnapshot seen, decimal traded) =>
        engine.OnReport(seen with { Executions = [Fill(engine, order, seen, traded)] }, Now);

    private Execution Fill(AccountEngine engine, ClientOrderId order, OrderSnapshot seen, decimal traded)
    {
        var intent = engine.Find(order)!.Intent;
        return new Execution(
            $"T{++_ids}", seen.VenueOrderId, seen.ClientOrderId, "AAPL", intent.Side, traded, intent.LimitPrice ?? intent.StopPrice ?? 100, null, null, seen.Filled, Now);
    }

    private static OrderSnapshot Seen(AccountEngine engine, ClientOrderId order, VenueOrderStatus status, decimal filled)
    {
        var intent = engine.Find(order)!.Intent;
        return new OrderSnapshot(
            $"V-{order}", order.Value, "AAPL", status, intent.Side, intent.Type, intent.TimeInForce, intent.Quantity, filled, null, null, null, null, null, Now, []);
    }
}
