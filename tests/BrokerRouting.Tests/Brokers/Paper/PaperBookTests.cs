using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.Engine;
using AlgoStack.Simulation.Venue;
using AlgoStack.Testing.Trading;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Research;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Paper;

/// <summary>The venue's decisions, bar by bar. A minute is open, high, low, close; minute n opens n minutes after midnight.</summary>
public sealed class PaperBookTests
{
    private static readonly DateTimeOffset Midnight = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly VenueInstrument Share = new("AAPL", "USD", IsTradable: true, _ => 0.01m, 1);
    private static readonly VenueModel Free = VenueModel.Paper with { Commission = CommissionModel.None };
    private static readonly OrderType[] Types = Enum.GetValues<OrderType>();

    private readonly PaperBook _book = NewBook();
    private int _orders;

    [Fact]
    public void A_market_order_trades_at_the_open_of_the_first_bar_that_opens_after_it()
    {
        Place(OrderSide.Buy, OrderType.Market, at: Minute(1).AddSeconds(30));

        OnBar(1, 100, 101, 99, 100);
        Fills().Should().BeEmpty();
        OnBar(2, 102, 103, 101, 102);

        Fills().Should().Equal((10m, 102m));
    }

    [Fact]
    public void One_that_comes_within_five_seconds_of_an_open_trades_in_that_bar()
    {
        Place(OrderSide.Buy, OrderType.Market, at: Minute(1).AddSeconds(5));
        Place(OrderSide.Buy, OrderType.Market, at: Minute(1).AddSeconds(5.001));

        OnBar(1, 100, 101, 99, 100);

        Fills().Should().Equal((10m, 100m));
    }

    [Fact]
    public void A_bar_that_touches_stop_and_target_takes_the_stop_and_leaves_nothing_to_close()
    {
        Hold(10);
        Place(OrderSide.Sell, OrderType.Limit, limit: 105, reduceOnly: true);
        var stop = Place(OrderSide.Sell, OrderType.Stop, stop: 95, reduceOnly: true);

        OnBar(2, 100, 106, 94, 100);

        Fills().Skip(1).Should().Equal((10m, 95m));
        _book.Working.Should().BeEmpty();
        _book.Positions.Should().BeEmpty();
        _book.Executions[^1].VenueOrderId.Should().Be(stop);
        Found("PAPER-2").Should().BeEquivalentTo(new { Status = VenueOrderStatus.Canceled, Reason = "nothing is left to close" });
    }

    [Fact]
    public void A_target_is_hit_where_the_stop_is_not()
    {
        Hold(10);
        Place(OrderSide.Sell, OrderType.Limit, limit: 105, reduceOnly: true);
        Place(OrderSide.Sell, OrderType.Stop, stop: 95, reduceOnly: true);

        OnBar(2, 100, 104, 96, 100);
        _book.Working.Should().HaveCount(2);
        OnBar(3, 100, 106, 99, 106);

        Fills().Skip(1).Should().Equal((10m, 105m));
        _book.Cash["USD"].Should().Be(100_000 - (10 * 100) + (10 * 105));
    }

    [Fact]
    public void An_order_that_only_closes_never_does_more()
    {
        Hold(10);
        Place(OrderSide.Sell, OrderType.Limit, 15, limit: 105, reduceOnly: true);

        OnBar(2, 106, 106, 106, 106);

        Fills().Skip(1).Should().Equal((10m, 106m));
        Found("PAPER-2").Should().BeEquivalentTo(new { Status = VenueOrderStatus.Canceled, Filled = 10m });
    }

    [Fact]
    public void One_that_could_close_nothing_is_refused()
    {
        _book.Place(Order(OrderSide.Sell, OrderType.Market) with { ReduceOnly = true }, Share, Midnight)
            .Should().BeOfType<PlaceResult.Refused>().Which.Error.VenueText.Should().Contain("Nothing of AAPL is held");
    }

    [Fact]
    public void A_day_order_expires_with_the_bar_that_ends_its_day()
    {
        Place(OrderSide.Buy, OrderType.Limit, limit: 90, time: TimeInForce.Day, at: Minute(1438));

        OnBar(1438, 100, 101, 99, 100);
        _book.Working.Should().ContainSingle();
        OnBar(1439, 100, 101, 99, 100);

        Found("PAPER-1").Status.Should().Be(VenueOrderStatus.Expired);
    }

    [Fact]
    public void A_day_order_does_not_trade_on_a_later_day()
    {
        Place(OrderSide.Buy, OrderType.Limit, limit: 90, time: TimeInForce.Day, at: Minute(1430));

        OnBar(1441, 80, 80, 80, 80);

        Fills().Should().BeEmpty();
        Found("PAPER-1").Status.Should().Be(VenueOrderStatus.Expired);
    }

    [Fact]
    public void What_is_to_trade_at_once_trades_at_the_open_or_not_at_all()
    {
        Place(OrderSide.Buy, OrderType.Limit, limit: 100, time: TimeInForce.Ioc);
        Place(OrderSide.Buy, OrderType.Limit, limit: 99, time: TimeInForce.Ioc);

        OnBar(1, 100, 101, 98, 100);

        Fills().Should().Equal((10m, 100m));
        Found("PAPER-2").Status.Should().Be(VenueOrderStatus.Canceled);
    }

    [Fact]
    public void All_or_nothing_leaves_to_others_what_is_too_little_for_it()
    {
        Place(OrderSide.Buy, OrderType.Market, 10, time: TimeInForce.Fok);
        Place(OrderSide.Buy, OrderType.Market, 10, time: TimeInForce.Ioc);
        Place(OrderSide.Buy, OrderType.Market, 4, time: TimeInForce.Gtc);

        OnBar(1, 100, 100, 100, 100, volume: 8, Free with { Participation = 1 });

        Fills().Should().Equal((8m, 100m));
        Found("PAPER-1").Should().BeEquivalentTo(new { Status = VenueOrderStatus.Canceled, Filled = 0m });
        Found("PAPER-2").Should().BeEquivalentTo(new { Status = VenueOrderStatus.Canceled, Filled = 8m });
        Found("PAPER-3").Status.Should().Be(VenueOrderStatus.New);
    }

    [Theory]
    [InlineData(OrderSide.Buy, 99.99)]
    [InlineData(OrderSide.Sell, 100.01)]
    public void One_that_must_not_take_is_canceled_where_the_first_open_betters_it(OrderSide side, double open)
    {
        Place(side, OrderType.Limit, limit: 100, postOnly: true);

        OnBar(1, open, open, open, open);

        Fills().Should().BeEmpty();
        Found("PAPER-1").Should().BeEquivalentTo(new { Status = VenueOrderStatus.Canceled, Reason = "post-only: it would have taken the price there is" });
    }

    [Fact]
    public void One_that_must_not_take_trades_once_it_has_waited()
    {
        Place(OrderSide.Buy, OrderType.Limit, limit: 100, postOnly: true);

        OnBar(1, 101, 102, 101, 101);
        OnBar(2, 99, 99, 99, 99);

        Fills().Should().Equal((10m, 99m));
    }

    [Fact]
    public void A_trailing_stop_begins_behind_the_first_open_and_follows_the_best_price()
    {
        Hold(10);
        Place(OrderSide.Sell, OrderType.TrailingStop, trail: 2);

        OnBar(2, 100, 105, 99, 104);
        Found("PAPER-2").StopPrice.Should().Be(103);
        OnBar(3, 104, 104, 103.01, 104);
        Found("PAPER-2").StopPrice.Should().Be(103);
        OnBar(4, 104, 104, 102, 102);

        Fills().Skip(1).Should().Equal((10m, 103m));
    }

    [Fact]
    public void A_changed_order_is_the_same_order_that_stands_as_if_it_came_then()
    {
        Place(OrderSide.Buy, OrderType.Limit, limit: 90);
        var change = new VenueOrderChange("changed", 7, 110, null);

        _book.Replace(new VenueOrderRef("AAPL", "order-1", null), change, Minute(1).AddSeconds(30)).Should().BeOfType<ChangeResult.Taken>();
        _book.Replace(new VenueOrderRef("AAPL", "order-1", null), change, Minute(1).AddSeconds(40)).Should().BeOfType<ChangeResult.Taken>();
        OnBar(1, 100, 101, 99, 100);
        Fills().Should().BeEmpty("the bar opened before");
        OnBar(2, 100, 101, 99, 100);

        Fills().Should().Equal((7m, 100m));
        _book.News.OfType<PaperOrderReplaced>().Should().ContainSingle();
        _book.Find(new VenueOrderRef("AAPL", "order-1", null)).Should().BeSameAs(_book.Find(new VenueOrderRef("AAPL", "changed", null)));
    }

    [Theory]
    [InlineData("quantity", 4.0, null, null)]
    [InlineData("steps", 7.5, null, null)]
    [InlineData("steps", null, 99.999, null)]
    [InlineData("no stop", null, null, 99.0)]
    public void A_change_that_makes_no_sense_is_refused(string why, double? quantity, double? limit, double? stop)
    {
        Place(OrderSide.Buy, OrderType.Limit, limit: 100);
        OnBar(1, 100, 100, 100, 100, volume: 4, Free with { Participation = 1 });

        _book.Replace(new VenueOrderRef("AAPL", "order-1", null), new VenueOrderChange("changed", (decimal?)quantity, (decimal?)limit, (decimal?)stop), Minute(2))
            .Should().BeOfType<ChangeResult.Refused>().Which.Error.VenueText.Should().Contain(why);
    }

    [Theory]
    [InlineData(OrderType.Market, 1.0, null, null, "no limit price")]
    [InlineData(OrderType.Limit, null, null, null, "Expected a limit price")]
    [InlineData(OrderType.Limit, 1.0, 1.0, null, "no stop price")]
    [InlineData(OrderType.Stop, null, null, null, "Expected a stop price")]
    [InlineData(OrderType.StopLimit, 1.0, null, null, "Expected a stop price")]
    [InlineData(OrderType.TrailingStop, null, null, -1.0, "Expected to trail")]
    [InlineData(OrderType.Limit, 1.001, null, null, "steps of 0.01")]
    public void An_order_that_does_not_say_what_it_has_to_is_rejected_for_good(OrderType type, double? limit, double? stop, double? trail, string why)
    {
        var order = Order(OrderSide.Buy, type) with { LimitPrice = (decimal?)limit, StopPrice = (decimal?)stop, TrailBy = (decimal?)trail };

        _book.Place(order, Share, Midnight).Should().BeOfType<PlaceResult.Refused>().Which.Error.VenueText.Should().Contain(why);

        _book.Place(order, Share, Midnight).Should().BeOfType<PlaceResult.AlreadyPlaced>();
        Found("PAPER-1").Status.Should().Be(VenueOrderStatus.Rejected);
    }

    [Fact]
    public void What_is_quoted_in_another_currency_than_the_account_has_is_refused()
    {
        _book.Place(Order(OrderSide.Buy, OrderType.Market), Share with { Currency = "EUR" }, Midnight)
            .Should().BeOfType<PlaceResult.Refused>().Which.Error.Category.Should().Be(BrokerErrorCategory.InsufficientFunds);
    }

    /// <summary>Over seeds: orders of all types on a walk, and the book folded anew from its events before every bar.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fills_are_those_of_a_simulated_venue_that_never_stopped_and_the_fold_is_the_book(int seed)
    {
        var tape = new SeededTape(seed, 600).Bars;
        var random = new SplitMix64((ulong)seed);
        var model = Free with { Participation = 0.000_02 };
        var simulated = new SimulatedVenue(model, Timeframe.Hour.Milliseconds);
        simulated.Add(new Instrument(new InstrumentId("AAPL.SIM"), 0.01m, 1m, "USD"));
        var (book, stored, expected, reports) = (NewBook(), new List<PaperEvent>(), new List<(string, decimal, decimal)>(), new List<VenueReport>());
        for (var row = 1; row < tape.Count; row++)
        {
            var opens = tape[row - 1].CloseTime;
            var order = RandomOrder(random, (decimal)tape[row].Open) with { ClientId = $"order-{row}" };
            var placed = ((PlaceResult.Accepted)book.Place(order, Share, opens)).Order;
            simulated.Accept(new WorkingOrder(0, IntentOf(order, placed.VenueOrderId)), opens.ToUnixTimeMilliseconds());

            book.OnBar("AAPL", tape[row], Timeframe.Hour, model, tape[row].CloseTime);
            simulated.OnBar(0, tape[row], reports);
            expected.AddRange(reports.Select(r => (OrderFilled)r.Event).Select(f => (f.OrderId.Value, f.Quantity, f.Price)));
            reports.Clear();

            stored.AddRange(book.News);
            var anew = new PaperBook();
            foreach (var e in stored) anew.Apply(e);
            anew.Working.Select(o => o.Snapshot()).Should().BeEquivalentTo(book.Working.Select(o => o.Snapshot()), o => o.WithStrictOrdering());
            anew.Cash.Should().BeEquivalentTo(book.Cash);
            anew.Positions.Should().BeEquivalentTo(book.Positions);
            book = anew;
        }

        book.Executions.Select(e => (e.VenueOrderId, e.Quantity, e.Price)).Should().Equal(expected);
        expected.Count.Should().BeGreaterThan(300);
        book.Cash["USD"].Should().Be(100_000 - expected.Sum(e => Signed(e.Item1) * e.Item2 * e.Item3));
        book.Positions.GetValueOrDefault("AAPL").Quantity.Should().Be(expected.Sum(e => Signed(e.Item1) * e.Item2));

        decimal Signed(string id) => stored.OfType<PaperOrderAccepted>().First(a => a.VenueOrderId == id).Side == OrderSide.Buy ? 1 : -1;
    }

    private static VenueOrder RandomOrder(SplitMix64 random, decimal price)
    {
        var (side, type) = (random.NextFraction() < 0.5 ? OrderSide.Buy : OrderSide.Sell, Types[(int)(random.NextFraction() * Types.Length)]);
        var away = Math.Round((decimal)random.NextFraction() * 2, 2) + 0.01m;
        var sign = side == OrderSide.Buy ? 1 : -1;
        return new VenueOrder(
            "",
            "AAPL",
            side,
            type,
            TimeInForce.Gtc,
            1 + (int)(random.NextFraction() * 30),
            type switch
            {
                OrderType.Limit => price - (sign * (away - 0.5m)),
                OrderType.StopLimit => price + (sign * (away + (random.NextFraction() < 0.5 ? 0.2m : -0.2m))),
                _ => null,
            },
            type is OrderType.Stop or OrderType.StopLimit or OrderType.TrailingStop ? price + (sign * away) : null,
            type == OrderType.TrailingStop ? away : null);
    }

    private static OrderIntent IntentOf(VenueOrder order, string id) => new(
        new ClientOrderId(id), "", "", new InstrumentId("AAPL.SIM"), order.Side, order.Quantity, order.Type, 0, null, Midnight)
    {
        LimitPrice = order.LimitPrice,
        StopPrice = order.StopPrice,
        TrailBy = order.TrailBy,
    };

    private static PaperBook NewBook()
    {
        var book = new PaperBook();
        book.Open("paper", new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USD"] = 100_000 }, Midnight);
        return book;
    }

    private static DateTimeOffset Minute(int number) => Midnight.AddMinutes(number);

    private VenueOrder Order(OrderSide side, OrderType type, decimal quantity = 10) =>
        new($"order-{++_orders}", "AAPL", side, type, TimeInForce.Gtc, quantity);

    /// <returns>The venue's id.</returns>
    private string Place(
        OrderSide side,
        OrderType type,
        decimal quantity = 10,
        decimal? limit = null,
        decimal? stop = null,
        decimal? trail = null,
        TimeInForce time = TimeInForce.Gtc,
        bool postOnly = false,
        bool reduceOnly = false,
        DateTimeOffset? at = null)
    {
        var order = Order(side, type, quantity) with
        {
            LimitPrice = limit,
            StopPrice = stop,
            TrailBy = trail,
            TimeInForce = time,
            PostOnly = postOnly,
            ReduceOnly = reduceOnly,
        };
        return _book.Place(order, Share, at ?? Midnight).Should().BeOfType<PlaceResult.Accepted>().Which.Order.VenueOrderId;
    }

    /// <summary>Bought at 100 in the first minute.</summary>
    private void Hold(decimal quantity)
    {
        Place(OrderSide.Buy, OrderType.Market, quantity);
        OnBar(1, 100, 100, 100, 100);
    }

    private void OnBar(int minute, double open, double high, double low, double close, double volume = 1_000_000, VenueModel? model = null) => _book.OnBar(
        "AAPL", new Bar(Minute(minute + 1).ToUnixTimeMilliseconds(), open, high, low, close, volume), Timeframe.Minute, model ?? Free, Minute(minute + 1));

    private OrderSnapshot Found(string id) => _book.Find(new VenueOrderRef("AAPL", "", id))!.Snapshot();

    private IEnumerable<(decimal Quantity, decimal Price)> Fills() => _book.Executions.Select(e => (e.Quantity, e.Price));
}
