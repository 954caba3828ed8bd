using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>One proven account of 100,000 USD at a venue that says what a test lets it say; its log is a list.</summary>
internal sealed class OneAccount
{
    public static readonly DateTimeOffset Start = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);
    public static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");

    private readonly RiskLimits _limits;
    private int _ids;

    public OneAccount(RiskLimits? limits = null)
    {
        _limits = limits ?? new RiskLimits(10, 100);
        Engine = New();
        Prove();
    }

    public AccountEngine Engine { get; private set; }

    public DateTimeOffset Now { get; set; } = Start;

    public List<object> Log { get; } = [];

    public IEnumerable<T> Logged<T>() => Log.OfType<T>();

    /// <summary>The process dies and comes back: only the log is left.</summary>
    /// <param name="isInDoubt">An order is not known to be at the venue, which keeps the account from being proven.</param>
    public void Restart(bool isInDoubt = false)
    {
        Engine = New();
        foreach (var stored in Log) Engine.Apply(stored);
        Prove(isInDoubt);
    }

    /// <summary>
    /// As <see cref="Restart"/>, from what a service reads of a long log: the account's own events, the newest word on cash and
    /// position, and of the orders, which are all done, what counts since the newest day began.
    /// </summary>
    public void RestartFromTheNewestDay()
    {
        Engine = New();
        var intents = Logged<OrderRequested>().ToDictionary(r => r.OrderId, r => r.Intent);
        foreach (var stored in Logged<AccountEvent>().Where(e => e is not (CashMoved or RiskDayBegan))) Engine.Apply(stored);
        Engine.Apply(Logged<CashMoved>().Last());
        if (Logged<PositionEvent>().LastOrDefault() is { } position) Engine.Apply(position);
        var day = Log.FindLastIndex(e => e is RiskDayBegan);
        Engine.Apply(Log[day]);
        foreach (var e in Log.Skip(day + 1).OfType<OrderEvent>()) Engine.Recount(intents[e.OrderId], e);
        Prove();
    }

    /// <summary>Commits, and has the work that follows.</summary>
    public IReadOnlyList<AccountWork> Turn()
    {
        Engine.BeginDay(Now);
        Engine.Release(10, Now);
        Commit();
        return Engine.TakeWork(Now);
    }

    /// <summary>Ids of the orders that are sent in a turn.</summary>
    public IReadOnlyList<VenueOrder> Sent() => [.. Turn().OfType<AccountWork.Place>().Select(p => p.Order)];

    public ClientOrderId Wish(string name, OrderSide side, decimal quantity, decimal? limit = null, string strategy = "test")
    {
        var id = ClientOrderId.ForRequest("main", name);
        Engine.BeginDay(Now);
        Engine.Place(
            new OrderIntent(id, "main", strategy, Apple.Id, side, quantity, limit is null ? OrderType.Market : OrderType.Limit, limit ?? 100, null, Now)
            {
                LimitPrice = limit,
            },
            Now);
        return id;
    }

    /// <summary>An order that is sent and filled.</summary>
    public ClientOrderId Traded(string name, OrderSide side, decimal quantity, string strategy = "test")
    {
        var id = Wish(name, side, quantity, 100, strategy);
        Turn();
        Report(id, VenueOrderStatus.Filled, quantity, quantity);
        Turn();
        return id;
    }

    /// <param name="filled">In all; <paramref name="traded"/> of it now, at 100.</param>
    public void Report(ClientOrderId order, VenueOrderStatus status, decimal filled, decimal traded)
    {
        var (intent, venueId) = (Engine.Find(order)!.Intent, $"V-{order}");
        IReadOnlyList<Execution> executions = traded == 0 ? [] : [new Execution($"T{++_ids}", venueId, order.Value, "AAPL", intent.Side, traded, 100, null, null, filled, Now)];
        var seen = new OrderSnapshot(
            venueId, order.Value, "AAPL", status, intent.Side, intent.Type, intent.TimeInForce, intent.Quantity, filled, filled == 0 ? null : 100, null, null, null, null, Now, executions);
        if (Engine.Find(order)!.Status == OrderStatus.Submitted) Engine.OnPlaced(order, new PlaceResult.Accepted(seen), Now);
        else Engine.OnReport(seen, Now);
        Commit();
    }

    public string CodeOf(ClientOrderId order) => Logged<OrderDenied>().Single(d => d.OrderId.Equals(order)).Code;

    private void Commit()
    {
        Log.AddRange(Engine.Events);
        Engine.Events.Clear();
    }

    private AccountEngine New()
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
            CanReduceOnly: false);
        var engine = new AccountEngine(new AccountTerms("main", "VEN", capabilities), portfolio, new RiskEngine(portfolio, _limits));
        engine.Add(Apple, new VenueInstrument("AAPL", "USD", true, _ => 0.01m, 1));
        return engine;
    }

    private void Prove(bool isInDoubt = false)
    {
        Engine.Restart(Now);
        Engine.OnConnected(Now);
        Turn();
        var held = Engine.PositionOf(Apple.Id).Held;
        var cash = Logged<CashMoved>().LastOrDefault()?.Balance ?? 100_000;
        Engine.OnStatement(
            new VenueStatement([], true, [], held == 0 ? [] : [new VenuePosition("AAPL", held, 100)], [new VenueBalance("USD", cash, cash)], Now), Now);
        Turn();
        if (Engine.IsProven == isInDoubt) throw new InvalidOperationException($"The account is {(isInDoubt ? "proven" : "not proven")}: {Engine.GatedBecause}.");
    }
}
