using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Signals;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>
/// A strategy on an account while orders fill in parts or never, exits trade while they are taken back, signals come twice and the
/// process dies.
/// </summary>
public sealed class StrategySimulationTests
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") == "1";
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");
    private static readonly Instrument Coin = new(new InstrumentId("BTC/USD.VEN"), 0.01m, 0.001m, "USD");

    [Fact]
    public void Whatever_happens_on_the_way_a_strategy_ends_where_it_wants_to_be_and_its_book_is_what_its_orders_traded()
    {
        var broken = new List<string>();
        for (var seed = 0; seed < (IsLong ? 5_000 : 300); seed++) broken.AddRange(Breaks(seed).Select(why => $"seed {seed}: {why}"));

        broken.Should().BeEmpty();
    }

    [Fact]
    public void Whoever_else_trades_the_instrument_a_strategys_book_and_risk_say_the_same_of_what_it_holds()
    {
        var broken = new List<string>();
        for (var seed = 0; seed < (IsLong ? 5_000 : 300); seed++) broken.AddRange(Differs(seed).Select(why => $"seed {seed}: {why}"));

        broken.Should().BeEmpty();
    }

    private static IEnumerable<string> Differs(int seed)
    {
        var random = new Random(seed);
        var (canCrossZero, canShort) = (seed % 2 == 0, seed % 3 != 0);
        var account = new StrategyAccount(Start, canCrossZero, canShort, Coin);
        for (var step = 0; step < 100; step++)
        {
            account.Now += TimeSpan.FromSeconds(10);
            Do(account, random, step);
            var risk = account.Risk.Held("test", 0);
            if (account.Engine.Strategies.SingleOrDefault() is { } stands && stands.Held != risk) yield return $"step {step}: the book says {stands.Held}, risk {risk}";
            if (!canShort && account.Held(Coin) < 0) yield return $"step {step}: {-account.Held(Coin)} were sold that nobody held";
        }
    }

    private static void Do(StrategyAccount account, Random random, int step)
    {
        switch (random.Next(10))
        {
            case 0:
                account.Turn(engine => engine.OnSignal(Wish((SignalDirection)random.Next(3), account.Now, random.Next(2) == 0, Coin), account.Now));
                break;
            case 1:
                // Of the name of the strategy, too.
                var (strategy, side) = (random.Next(4) == 0 ? "test" : "manual", OrderSide.Buy);
                account.Turn(engine => engine.Place(
                    new OrderIntent(ClientOrderId.ForRequest("main", $"{step}"), "main", strategy, Coin.Id, side, random.Next(1, 50), OrderType.Market, 100, null, account.Now), account.Now));
                break;
            case 2:
                account.Turn(engine => engine.CloseAll($"{step}", "enough", account.Now));
                break;
            case 3:
                account.Turn(engine => engine.Use(random.Next(2) == 0
                    ? TradingSwitches.Active
                    : TradingSwitches.Active with
                    {
                        Strategies = new Dictionary<string, TradingState>(StringComparer.Ordinal) { ["test"] = TradingState.Halted },
                        Flattenings = [new Flattening($"{step}", "test", "enough")],
                    }));
                break;
            case 4 when account.Working.Count == 0 && account.Held(Coin) > 1:
                account.Adopt(Coin, -random.Next(1, (int)account.Held(Coin)));
                break;
            case 5:
                account.Restart();
                break;
            default:
                if (account.Working is not [.., var order]) break;

                var quantity = random.Next(3) == 0 ? order.Order.Quantity - order.Filled : Math.Min(1, order.Order.Quantity - order.Filled);
                account.Fill(new ClientOrderId(order.Order.ClientId), quantity, 100, fee: order.Order.Side == OrderSide.Buy ? (Math.Round(quantity / 997, 6), "BTC") : null);
                break;
        }
    }

    private static IEnumerable<string> Breaks(int seed)
    {
        var random = new Random(seed);
        var account = new StrategyAccount(Start, canCrossZero: seed % 2 == 0, canShort: seed % 3 != 0, Apple);
        var newest = SignalDirection.Flat;
        for (var step = 0; step < 150; step++)
        {
            account.Now += TimeSpan.FromSeconds(10);
            switch (random.Next(10))
            {
                case 0 or 1:
                    newest = (SignalDirection)random.Next(3);
                    var signal = Wish(newest, account.Now, random.Next(2) == 0);
                    if (random.Next(4) == 0) account.Die(engine => engine.OnSignal(signal, account.Now));
                    account.Turn(engine => engine.OnSignal(signal, account.Now));
                    if (random.Next(4) == 0) account.Turn(engine => engine.OnSignal(signal, account.Now));
                    break;
                case 2:
                    account.Answers = !account.Answers;
                    if (account.Answers) account.TakeBack();
                    break;
                case 3:
                    account.Restart();
                    break;
                case 4 when account.Working.FirstOrDefault(o => o.Order.Type == OrderType.Market) is { } dropped:
                    account.End(new ClientOrderId(dropped.Order.ClientId), random.Next(2) == 0 ? VenueOrderStatus.Expired : VenueOrderStatus.Canceled);
                    break;
                case 5 when account.Working.FirstOrDefault(o => o.Order.Type == OrderType.Stop) is { } stop:
                    Fill(account, stop, stop.Order.Quantity - stop.Filled);
                    break;
                default:
                    if (account.Working.FirstOrDefault(o => o.Order.Type == OrderType.Market) is { } order)
                        Fill(account, order, random.Next(1, (int)(order.Order.Quantity - order.Filled) + 1));
                    break;
            }

            var traded = account.Log.OfType<OrderFilled>().Sum(f => account.Intents.First(i => i.OrderId.Equals(f.OrderId)).Side == OrderSide.Buy ? f.Quantity : -f.Quantity);
            var book = account.Engine.Strategies.SingleOrDefault()?.Held ?? 0;
            var risk = account.Risk.Held("test", 0);
            if (risk != book) yield return $"step {step}: the book says {book}, risk {risk}";
            if (book != traded || account.Held(Apple) != traded) yield return $"step {step}: orders traded {traded}, the book says {book}, the account {account.Held(Apple)}";
        }

        // One more change of mind, which nothing disturbs.
        account.Now += TimeSpan.FromMinutes(10);
        account.TakeBack();
        Settle(account);
        var last = newest == SignalDirection.Flat ? SignalDirection.Long : SignalDirection.Flat;
        account.Turn(engine => engine.OnSignal(Wish(last, account.Now, hasStop: true), account.Now));
        Settle(account);

        var held = account.Held(Apple);
        if (Math.Sign(held) != (last == SignalDirection.Long ? 1 : 0)) yield return $"it wants {last}, and holds {held}";
        var protects = account.Working.Sum(o => o.Order.Quantity - o.Filled);
        if (last == SignalDirection.Flat && protects != 0) yield return $"it holds nothing, and {protects} wait for a stop";
        foreach (var order in account.Refusable) yield return $"{order} goes through zero";
    }

    private static void Settle(StrategyAccount account)
    {
        while (account.Working.FirstOrDefault(o => o.Order.Type == OrderType.Market) is { } order) Fill(account, order, order.Order.Quantity - order.Filled);
    }

    private static void Fill(StrategyAccount account, VenueSideOrder order, decimal quantity) => account.Fill(new ClientOrderId(order.Order.ClientId), quantity, 100);

    private static Signal Wish(SignalDirection direction, DateTimeOffset close, bool hasStop, Instrument? instrument = null)
    {
        var id = (instrument ?? Apple).Id;
        var closeMs = close.ToUnixTimeMilliseconds();
        var stop = !hasStop || direction == SignalDirection.Flat ? double.NaN : direction == SignalDirection.Long ? 90 : 110;
        return new Signal(
            SignalId.For("test", "", id, Timeframe.Minute, closeMs), "test", "", id, Timeframe.Minute, new Bar(closeMs, 100, 100, 100, 100, 0),
            new Verdict(direction, 1, double.NaN, stop, 0, double.NaN, default), default, 1);
    }
}
