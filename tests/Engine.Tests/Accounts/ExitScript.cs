using System.Globalization;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>
/// An account with one instrument, told word by word. Orders go by names: that of the wish, and <c>target</c> or <c>stop</c> with
/// the turn for its exits.
/// </summary>
internal sealed class ExitScript
{
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");
    private readonly bool _canReduceOnly;
    private readonly List<object> _log = [];
    private readonly Dictionary<string, decimal> _filled = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private int _trades;

    public ExitScript(bool canReduceOnly = false)
    {
        _canReduceOnly = canReduceOnly;
        Engine = NewEngine();
        Engine.Restart(Now);
        Prove();
    }

    public AccountEngine Engine { get; private set; }

    public DateTimeOffset Now { get; private set; } = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);

    public decimal Held => Engine.PositionOf(Apple.Id).Held;

    public IReadOnlyList<object> Log => _log;

    /// <summary>Buys 10 at 100, to sell at 110 or 90.</summary>
    public IReadOnlyList<string> Bracket(decimal? target = 110, decimal? stop = 90, decimal? stopLimit = null) =>
        Place("entry", OrderSide.Buy, OrderType.Limit, 100, new OrderExits(target, stop, stopLimit));

    public IReadOnlyList<string> Place(string name, OrderSide side, OrderType type, decimal price, OrderExits exits, bool reduceOnly = false)
    {
        var id = ClientOrderId.ForRequest("main", name);
        _names[id.Value] = name;
        for (var turn = 0; turn < 50; turn++)
        {
            _names[ClientOrderId.ForExit(id.Value, OrderLeg.TakeProfit, turn).Value] = string.Create(CultureInfo.InvariantCulture, $"target.{turn}");
            _names[ClientOrderId.ForExit(id.Value, OrderLeg.StopLoss, turn).Value] = string.Create(CultureInfo.InvariantCulture, $"stop.{turn}");
        }

        var intent = new OrderIntent(id, "main", "test", Apple.Id, side, 10, type, price, null, Now)
        {
            LimitPrice = type == OrderType.Limit ? price : null,
            ReduceOnly = reduceOnly,
        };
        Engine.Place(intent, exits, Now);
        return Turn();
    }

    /// <summary>Sells so many of what is held at a limit, and nothing with it.</summary>
    public IReadOnlyList<string> Sell(string name, decimal quantity, decimal limit)
    {
        var id = ClientOrderId.ForRequest("main", name);
        _names[id.Value] = name;
        Engine.Place(new OrderIntent(id, "main", "test", Apple.Id, OrderSide.Sell, quantity, OrderType.Limit, limit, null, Now) { LimitPrice = limit, ReduceOnly = true }, Now);
        return Turn();
    }

    /// <summary>Decides, commits, and says what is to be done at the venue.</summary>
    public IReadOnlyList<string> Turn()
    {
        Engine.Release(10, Now);
        _log.AddRange(Engine.Events);
        Engine.Events.Clear();
        return [.. Engine.TakeWork(Now).Select(Say)];
    }

    public IReadOnlyList<string> Price(decimal price)
    {
        Engine.OnPrice("AAPL", (double)price, Now);
        return Turn();
    }

    public IReadOnlyList<string> Later(TimeSpan time)
    {
        Now += time;
        return Turn();
    }

    public IReadOnlyList<string> Rests(string name) => Tell(name, VenueOrderStatus.New, 0);

    public IReadOnlyList<string> Fills(string name, decimal quantity)
    {
        var order = Find(name);
        var isAll = _filled.GetValueOrDefault(name) + quantity == order.Quantity;
        return Tell(name, isAll ? VenueOrderStatus.Filled : VenueOrderStatus.PartiallyFilled, quantity);
    }

    public IReadOnlyList<string> Canceled(string name)
    {
        if (Find(name).CancelReason is not null) Engine.OnCancelAnswered(Find(name).Id, new ChangeResult.Taken(null), Now);
        return Tell(name, VenueOrderStatus.Canceled, 0);
    }

    public IReadOnlyList<string> Refused(string name)
    {
        Engine.OnPlaced(Find(name).Id, new PlaceResult.Refused(new BrokerError(BrokerErrorCategory.InvalidOrder, "1", "no", PlacementOutcome.NotPlaced)), Now);
        return Turn();
    }

    public IReadOnlyList<string> Cancels(string name)
    {
        Engine.Cancel(Find(name).Id, "changed my mind", Now);
        return Turn();
    }

    /// <summary>The process dies and another goes on from the log.</summary>
    public IReadOnlyList<string> Restarts()
    {
        Engine = NewEngine();
        foreach (var stored in _log) Engine.Apply(stored);
        Engine.Restart(Now);
        return Turn();
    }

    /// <summary>The venue's statement agrees with the books.</summary>
    public IReadOnlyList<string> Prove()
    {
        Engine.OnConnected(Now);
        Turn();
        var cash = _log.OfType<CashMoved>().LastOrDefault()?.Balance ?? 100_000;
        var open = Engine.Orders.Where(o => !o.Status.IsFinal() && o.VenueOrderId is not null).Select(o => Snapshot(o, o.CancelReason is null ? VenueOrderStatus.New : VenueOrderStatus.PendingCancel, []));
        Engine.OnStatement(
            new VenueStatement([.. open], true, [], Held == 0 ? [] : [new VenuePosition("AAPL", Held, null)], [new VenueBalance("USD", cash, cash)], Now), Now);
        return Turn();
    }

    public Order Find(string name) => Engine.Find(new ClientOrderId(_names.Last(n => n.Value == name).Key))!;

    public OrderStatus Status(string name) => Find(name).Status;

    private AccountEngine NewEngine()
    {
        var portfolio = new PortfolioKeeper("main", 0);
        var capabilities = new BrokerCapabilities(
            Enum.GetValues<OrderType>().ToDictionary(t => t, _ => (IReadOnlyList<TimeInForce>)[TimeInForce.Gtc]),
            id => id.Value,
            ClientIdScope.Forever,
            TimeSpan.Zero,
            PositionKind.Listed,
            CanReplace: false,
            CanPostOnly: false,
            CanReduceOnly: _canReduceOnly);
        var engine = new AccountEngine(new AccountTerms("main", "VEN", capabilities), portfolio, new RiskEngine(portfolio, new RiskLimits(10, 100)));
        engine.Add(Apple, new VenueInstrument("AAPL", "USD", true, _ => 0.01m, 1));
        return engine;
    }

    private IReadOnlyList<string> Tell(string name, VenueOrderStatus status, decimal traded)
    {
        var order = Find(name);
        var filled = _filled[name] = _filled.GetValueOrDefault(name) + traded;
        var price = order.LimitPrice ?? order.StopPrice ?? 100;
        Execution[] fills = traded == 0 ? [] :
            [new Execution(string.Create(CultureInfo.InvariantCulture, $"T{++_trades}"), $"V-{order.Id}", order.Id.Value, "AAPL", order.Intent.Side, traded, price, null, null, filled, Now)];
        var seen = Snapshot(order, status, fills) with { Filled = filled };
        if (order.Status == OrderStatus.Submitted) Engine.OnPlaced(order.Id, new PlaceResult.Accepted(seen), Now);
        else Engine.OnReport(seen, Now);
        return Turn();
    }

    private OrderSnapshot Snapshot(Order order, VenueOrderStatus status, IReadOnlyList<Execution> fills) => new(
        $"V-{order.Id}", order.Id.Value, "AAPL", status, order.Intent.Side, order.Intent.Type, order.Intent.TimeInForce, order.Quantity, order.Filled, null, null, null, null, null, Now, fills);

    private string Say(AccountWork work) => work switch
    {
        AccountWork.Place { Order: var o } =>
            FormattableString.Invariant($"place {_names[o.ClientId]}: {o.Side} {o.Quantity} {o.Type} {o.StopPrice ?? o.LimitPrice}").TrimEnd(),
        AccountWork.Cancel cancel => $"cancel {_names[cancel.OrderId.Value]}",
        AccountWork.Lookup lookup => $"look up {_names[lookup.OrderId.Value]}",
        AccountWork.Reconcile => "reconcile",
        _ => work.ToString(),
    };
}
