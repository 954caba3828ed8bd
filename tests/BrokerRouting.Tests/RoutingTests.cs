using System.Net;
using System.Net.Http.Json;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests;

/// <summary>From evaluated batches on the bus to orders, fills, positions and equity, on real servers.</summary>
public sealed class RoutingTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private static readonly int[] Sizes = [300, 300, 300];
    private static readonly DateTimeOffset At = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_session_trades_what_the_engines_alone_trade_and_shows_and_tells_it()
    {
        using var session = RecordedSession.Of("replay-traded", Sizes);
        await using var here = await RoutingSurroundings.StartAsync(servers, session);
        await using var routing = await here.StartRoutingAsync();

        await here.AnnounceAsync(1, 2, 3);

        await ShouldStandWhereTheEnginesDo(here, routing);
        var orders = await routing.GetAsync<OrderView[]>($"/orders?session={session.Id}&limit=1000");
        orders.Select(o => o.OrderId).Should().Equal(session.Intents.Reverse().Select(i => i.OrderId.Value));
        orders.Sum(o => o.Commission).Should().Be(session.Fills.Sum(f => f.Commission));
        orders.Sum(o => o.Filled * (o.AveragePrice ?? 0)).Should().Be(session.Fills.Sum(f => f.Quantity * f.Price));
        (await routing.GetAsync<OrderView[]>($"/orders?account={here.Account}&status=Filled&limit=1000")).Should().HaveCount(session.Fills.Count);
        (await routing.GetAsync<OrderView[]>($"/orders?account={here.Account}&instrument={orders[0].Instrument}&before={orders[0].RequestedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}&limit=1000"))
            .Select(o => o.OrderId).Should().Equal(orders.Where(o => o.RequestedAt < orders[0].RequestedAt).Select(o => o.OrderId));
        (await routing.GetAsync<OrderView[]>("/orders?instrument=OTHER.SIM")).Should().BeEmpty();
        (await routing.GetAsync<OrderView[]>($"/orders?after={orders[0].OrderId}&limit=1")).Should().ContainSingle().Which.OrderId.Should().Be(orders[1].OrderId);

        await Eventually.Equal(session.Fills.Count, () => here.Told.Sum(page => page.Filled.Count));
        here.Told.SelectMany(page => page.Requested).Select(o => o.OrderId).Should().Equal(session.Intents.Select(i => i.OrderId.Value));
        here.Told.SelectMany(page => page.Filled).Select(f => (f.TradeId, f.Quantity, f.Price))
            .Should().Equal(session.Fills.Select(f => (f.TradeId, f.Quantity, f.Price)));
    }

    [Fact]
    public async Task Projections_rebuilt_equal_those_that_lived()
    {
        using var session = RecordedSession.Of("replay-rebuilt", Sizes);
        await using var here = await RoutingSurroundings.StartAsync(servers, session);
        await using var routing = await here.StartRoutingAsync();
        await here.AnnounceAsync(1, 2, 3);
        await here.ReachAsync(routing, 3);
        var log = routing.Get<EventLog>().OpenSession();
        log.Append(
            "account-main",
            new AccountGated("main", "the service has started", At),
            new AccountOpened("main", "ALPACA", [new VenueBalance("USD", 100, 100)], [], At),
            new CashMoved("main", "USD", 100, 100, "opening", null, null, At),
            new DriftFound("main", "Position:AAPL:5", DriftKind.Position, "AAPL", 0, 5, "AAPL: the books say 0, the venue 5.", At),
            new DriftFound("main", "Cash:USD:1", DriftKind.Cash, "USD", 100, 101, "USD: the books say 100, the venue 101.", At),
            new AccountReconciled("main", 0, 0, 2, At),
            new DriftResolved("main", "Cash:USD:1", "dismissed", "a fee", At),
            new AccountValued("main", [new Balance("USD", 100, 100, 100, 0, 0)], new Dictionary<string, decimal>(StringComparer.Ordinal), At));
        log.Append(
            "position-main-AAPL.ALPACA",
            new PositionAdjusted("main", new InstrumentId("AAPL.ALPACA"), "USD", 10, 400, 0, At, "held when the account was opened"),
            new PositionSplit("main", new InstrumentId("AAPL.ALPACA"), "USD", 40, 100, 0, At, 4, 1, 0, 100, 0));
        var instrument = new InstrumentId("AAPL.ALPACA");
        var order = new OrderIntent(new ClientOrderId("an-order"), "main", "manual", instrument, OrderSide.Buy, 10, OrderType.Limit, 100, null, At) { LimitPrice = 100 };
        log.Append(
            "order-an-order",
            new Trading.Orders.OrderRequested(order),
            new Trading.Orders.OrderAccepted(order.OrderId, "V-1", At),
            new Trading.Orders.OrderReplaced(order.OrderId, "V-2", "another", 10, 101, null, At));
        log.Append(
            "execution-x",
            new ExecutionRequested(
                new ExecutionPlan("x", "main", "manual", instrument, OrderSide.Buy, 10, ExecutionAlgorithm.Twap, null, At, At.AddHours(1), 10), At));
        await log.SaveChangesAsync();

        await RebuiltProjections.ShouldEqualThoseThatLivedAsync(typeof(BrokerRoutingService).Assembly, routing.Services);
    }

    [Fact]
    public async Task Repeated_evaluations_double_nothing_and_skipped_ones_are_asked_for()
    {
        using var session = RecordedSession.Of("replay-skipped", Sizes);
        await using var here = await RoutingSurroundings.StartAsync(servers, session);
        await using var routing = await here.StartRoutingAsync();

        await here.AnnounceAsync(1, 1, 1);
        // Its bars never come by the bus, and neither does the batch before it.
        await here.Bus.PublishAsync(session.Evaluations[2]);

        await ShouldStandWhereTheEnginesDo(here, routing);
        here.Signal.Asked.Should().ContainSingle().Which.Should().Contain("from=2&to=2");
        here.Tape.Asked.Should().HaveCount(2, "batches 2 and 3 were not at hand")
            .And.OnlyContain(path => path.Contains("/batches/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restart_in_mid_session_ends_with_the_orders_of_an_undisturbed_run()
    {
        using var session = RecordedSession.Of("replay-restarted", Sizes);
        await using var here = await RoutingSurroundings.StartAsync(servers, session);
        await using (var first = await here.StartRoutingAsync())
        {
            await here.AnnounceAsync(1, 2);
            await here.ReachAsync(first, 2);
        }

        await here.AnnounceAsync(3);
        await using var second = await here.StartRoutingAsync();

        await ShouldStandWhereTheEnginesDo(here, second);
        here.Told.SelectMany(page => page.Filled).DistinctBy(f => f.Position).Should().HaveCount(session.Fills.Count);
    }

    [Fact]
    public async Task A_tape_that_changed_under_a_restart_stops_trading_with_red_health_until_it_is_as_it_was()
    {
        using var session = RecordedSession.Of("replay-changed", Sizes);
        await using var here = await RoutingSurroundings.StartAsync(servers, session);
        await using (var first = await here.StartRoutingAsync())
        {
            await here.AnnounceAsync(1, 2);
            await here.ReachAsync(first, 2);
        }

        // At half its price the position that was opened on the bar before is stopped out.
        var entry = session.Fills[0].At.ToUnixTimeMilliseconds();
        var batch = session.Batches[0];
        session.AlterBar(0, Array.IndexOf(batch.Bars.CloseMs, entry) + 1, 0.5);
        await here.AnnounceAsync(3);
        await using var second = await here.StartRoutingAsync();

        var health = "";
        await Eventually.True(async () =>
        {
            using var response = await second.Http.GetAsync("/health");
            health = await response.Content.ReadAsStringAsync();
            return response.StatusCode == HttpStatusCode.ServiceUnavailable;
        });
        health.Should().Contain("the tape or the evaluations changed").And.Contain(here.Account);
        var stopped = await here.ReachAsync(second, 2);
        stopped.LastSequence.Should().Be(2);
        stopped.Intents.Should().BeLessThan(session.Run.Session.Intents);

        session.Batches[0] = batch;
        await ShouldStandWhereTheEnginesDo(here, second);
        (await second.Http.GetAsync("/health")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_halt_denies_every_order_survives_a_restart_and_is_kept_with_its_reason()
    {
        using var session = RecordedSession.Of("replay-halted", Sizes, (trading, sequence) =>
        {
            if (sequence == 2) trading.Halt();
            if (sequence == 3) trading.Resume();
        });
        await using var here = await RoutingSurroundings.StartAsync(servers, session);
        await using (var first = await here.StartRoutingAsync())
        {
            await here.AnnounceAsync(1);
            await here.ReachAsync(first, 1);
            await ShouldNeedAReason(first, "/halt");
            (await first.Http.PostAsJsonAsync("/halt", new HaltTrading("flash crash"))).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        await using var second = await here.StartRoutingAsync();
        await here.AnnounceAsync(2);
        await here.ReachAsync(second, 2);
        (await second.GetAsync<PortfolioView>($"/portfolio?session={session.Id}")).TradingState.Should().Be("Halted");
        await ShouldNeedAReason(second, "/resume");
        (await second.Http.PostAsJsonAsync("/resume", new ResumeTrading("all clear"))).StatusCode.Should().Be(HttpStatusCode.OK);
        await here.AnnounceAsync(3);

        await ShouldStandWhereTheEnginesDo(here, second);
        (await second.GetAsync<SessionControl[]>($"/sessions/{session.Id}/controls"))
            .Should().Equal(new SessionControl("halt", 1, "flash crash"), new SessionControl("resume", 2, "all clear"));
        var denied = (await second.GetAsync<OrderView[]>($"/orders?session={session.Id}&status=Denied&limit=1000")).Where(o => o.Code == "halted").ToList();
        denied.Should().NotBeEmpty();
        denied.Select(o => o.RequestedAt).Should().OnlyContain(at => IsIn(session, 1, at));
    }

    [Fact]
    public async Task Projections_built_again_are_those_that_were_lived()
    {
        using var session = RecordedSession.Of("replay-rebuilt", Sizes);
        await using var here = await RoutingSurroundings.StartAsync(servers, session);
        await using (var first = await here.StartRoutingAsync())
        {
            await here.AnnounceAsync(1, 2, 3);
            await here.ReachAsync(first, 3);
        }

        var lived = await BooksAsync(here.Database);
        await ExecuteAsync(
            here.Database,
            """
            truncate broker_routing.orders, broker_routing.fills, broker_routing.positions, broker_routing.position_bookings,
                broker_routing.accounts, broker_routing.valuations, broker_routing.equity;
            delete from broker_routing.mt_event_progression where name in ('order_blotter:All', 'position_book:All', 'account_book:All');
            """);
        await using var second = await here.StartRoutingAsync();
        await here.ReachAsync(second, 3);

        lived.Should().NotBeEmpty();
        (await BooksAsync(here.Database)).Should().Equal(lived);
    }

    private static async Task ShouldStandWhereTheEnginesDo(RoutingSurroundings here, ServiceUnderTest routing)
    {
        var session = here.Session;
        var engines = session.Run.Session;
        var progress = await here.ReachAsync(routing, session.Batches.Count);
        engines.Fills.Should().BePositive();
        (progress.Account, progress.Ended, progress.Signals, progress.Intents, progress.Denied, progress.Fills, progress.OrderListHash)
            .Should().Be((here.Account, true, session.Signals.Count, engines.Intents, engines.Denied, engines.Fills, engines.OrderListHash));

        var intents = await routing.GetAsync<OrderIntentView[]>($"/sessions/{session.Id}/order-intents");
        intents.Should().Equal(session.Intents.Select(i =>
            new OrderIntentView(i.OrderId.Value, i.Strategy, i.Instrument.Value, i.Side.ToString(), i.Quantity, i.Type.ToString(), i.At)));

        var portfolio = await routing.GetAsync<PortfolioView>($"/portfolio?session={session.Id}");
        portfolio.Balances.Should().BeEquivalentTo(engines.Balances);
        portfolio.Curve[^1].Equity.Should().Be(engines.Balances.Single().Equity);
        var held = engines.PositionEvents[^1];
        var position = (await routing.GetAsync<PositionView[]>($"/positions?session={session.Id}")).Should().ContainSingle().Which;
        (position.Quantity, position.AveragePrice, position.RealizedPnl).Should().Be((held.Quantity, held.AveragePrice, held.RealizedPnl));
    }

    private static async Task ShouldNeedAReason(ServiceUnderTest routing, string path)
    {
        using var response = await routing.Http.PostAsJsonAsync(path, new { reason = " " });
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain("reason_required");
    }

    private static bool IsIn(RecordedSession session, int batch, DateTimeOffset at) =>
        session.Batches[batch].Bars.CloseMs.Contains(at.ToUnixTimeMilliseconds());

    /// <summary>Every row of every projected table, as text.</summary>
    private static async Task<List<string>> BooksAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(
            """
            select 'order ' || o::text from broker_routing.orders o
            union all select 'fill ' || f::text from broker_routing.fills f
            union all select 'position ' || p::text from broker_routing.positions p
            union all select 'account ' || a::text from broker_routing.accounts a
            union all select 'equity ' || e::text from broker_routing.equity e
            order by 1
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
#pragma warning disable CA2100 // The tests' own text.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
