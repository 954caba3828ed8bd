using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>
/// An account, the log that it commits to, and a venue that accepts and cancels at once, and fills what it is told to. It can be
/// made anew from the log at any time.
/// </summary>
internal sealed class StrategyAccount
{
    public const string Name = "main";

    /// <summary>Wide: live, what waits to trade on one side makes no room on the other, which in a session it does.</summary>
    public static readonly RiskLimits Limits = new(10, 1_000);

    private readonly BrokerCapabilities _capabilities;
    private readonly IReadOnlyList<Instrument> _instruments;
    private readonly bool _canShort;
    private readonly Dictionary<string, VenueSideOrder> _orders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _positions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _closes = new(StringComparer.Ordinal);
    private decimal _cash = 100_000;
    private int _trades;

    public StrategyAccount(DateTimeOffset now, bool canCrossZero = true, bool canShort = true, params IReadOnlyList<Instrument> instruments)
    {
        _instruments = instruments;
        _canShort = canShort;
        _capabilities = new BrokerCapabilities(
            Enum.GetValues<OrderType>().ToDictionary(t => t, _ => (IReadOnlyList<TimeInForce>)[TimeInForce.Gtc]),
            id => id.Value,
            ClientIdScope.Forever,
            TimeSpan.Zero,
            PositionKind.Listed,
            CanReplace: false,
            CanPostOnly: false,
            CanReduceOnly: true)
        {
            CanCrossZero = canCrossZero,
        };
        Now = now;
        Engine = NewEngine();
        Live();
    }

    public AccountEngine Engine { get; private set; }

    /// <summary>What the engine asks before every order, which has a strategy's holdings too.</summary>
    public RiskEngine Risk { get; private set; } = null!;

    public DateTimeOffset Now { get; set; }

    /// <summary>Whether the venue takes orders back, or lets that wait.</summary>
    public bool Answers { get; set; } = true;

    public List<object> Log { get; } = [];

    public IEnumerable<OrderIntent> Intents => Log.OfType<OrderRequested>().Select(r => r.Intent);

    /// <summary>Orders at the market that the venue would not have taken: they go through zero.</summary>
    public List<string> Refusable { get; } = [];

    /// <summary>What works at the venue, in the order it came.</summary>
    public IReadOnlyList<VenueSideOrder> Working => [.. _orders.Values.Where(o => !o.Status.IsFinal())];

    public decimal Held(Instrument instrument) => Engine.PositionOf(instrument.Id).Held;

    /// <summary>Decides, commits, and lets the venue do what follows, until nothing more does.</summary>
    public void Turn(Action<AccountEngine> decide)
    {
        Engine.BeginDay(Now);
        decide(Engine);
        while (true)
        {
            Engine.Release(100, Now);
            Log.AddRange(Engine.Events);
            Engine.Events.Clear();
            var work = Engine.TakeWork(Now);
            if (work.Count == 0) break;

            foreach (var next in work) Do(next);
        }
    }

    /// <summary>Takes a bar.</summary>
    public void Bar(Instrument instrument, Bar bar)
    {
        _closes[instrument.Id.Symbol] = bar.Close;
        Turn(engine => engine.OnBar(instrument.Id, bar, Now));
    }

    /// <summary>Lets an order trade.</summary>
    /// <param name="fee">Taken of the units that were bought.</param>
    public void Fill(ClientOrderId order, decimal quantity, decimal price, decimal commission = 0, (decimal Amount, string Asset)? fee = null)
    {
        var filled = _orders[order.Value];
        var sign = filled.Order.Side == OrderSide.Buy ? 1 : -1;
        filled.Filled += quantity;
        filled.Value += quantity * price;
        filled.Status = filled.Filled == filled.Order.Quantity ? VenueOrderStatus.Filled : VenueOrderStatus.PartiallyFilled;
        _positions[filled.Order.Symbol] = _positions.GetValueOrDefault(filled.Order.Symbol) + (sign * quantity) - (fee?.Amount ?? 0);
        _cash -= (sign * quantity * price) + commission;
        var (amount, asset) = fee ?? (commission, "USD");
        var fill = new Execution($"T{++_trades}", filled.Id, order.Value, filled.Order.Symbol, filled.Order.Side, quantity, price, amount, asset, filled.Filled, Now);
        Turn(engine => engine.OnReport(Snapshot(filled) with { Executions = [fill] }, Now));
    }

    /// <summary>The venue's word on what is held and the books' differ, and a person takes the venue's.</summary>
    public void Adopt(Instrument instrument, decimal change)
    {
        _positions[instrument.Id.Symbol] = _positions.GetValueOrDefault(instrument.Id.Symbol) + change;
        for (var i = 0; i < 2; i++)
        {
            Now += TimeSpan.FromSeconds(1);
            Turn(engine => engine.Reconcile(Now));
        }

        Turn(engine =>
        {
            foreach (var drift in engine.Drifts.ToList()) engine.Resolve(drift.DriftId, adopt: true, "it was sold elsewhere", Now);
        });
    }

    /// <summary>The venue ends an order without a fill.</summary>
    public void End(ClientOrderId order, VenueOrderStatus status)
    {
        _orders[order.Value].Status = status;
        Turn(engine => engine.OnReport(Snapshot(_orders[order.Value]), Now));
    }

    /// <summary>The venue takes back what it let wait.</summary>
    public void TakeBack()
    {
        Answers = true;
        foreach (var order in Working.Where(o => Engine.Find(new ClientOrderId(o.Order.ClientId)) is { CancelReason: not null })) End(new ClientOrderId(order.Order.ClientId), VenueOrderStatus.Canceled);
    }

    /// <summary>Decides, and dies before anything of it is committed.</summary>
    public void Die(Action<AccountEngine> decide)
    {
        decide(Engine);
        Restart();
    }

    /// <summary>The process dies, and another one goes on from the log as the service does: from its newest words and what is not done.</summary>
    public void Restart()
    {
        Engine = NewEngine();
        foreach (var e in Log.Where(e => e is AccountEvent or PositionEvent)) Engine.Apply(e);
        var intents = Intents.ToDictionary(i => i.OrderId);
        foreach (var e in Log.Skip(Log.FindLastIndex(e => e is RiskDayBegan) + 1).OfType<OrderEvent>()) Engine.Recount(intents[e.OrderId], e);
        foreach (var events in Log.OfType<OrderEvent>().GroupBy(e => e.OrderId))
        {
            if (Order.From(events) is { } order && !order.Status.IsFinal()) Engine.Recall(order);
        }

        Live();
    }

    private void Live()
    {
        foreach (var (symbol, close) in _closes) Engine.OnPrice(symbol, close, Now);
        Turn(engine => engine.Restart(Now));
        Turn(engine => engine.OnConnected(Now));
        if (!Engine.IsProven) throw new InvalidOperationException($"Expected a proven account, found one gated because {Engine.GatedBecause}.");
    }

    private AccountEngine NewEngine()
    {
        var portfolio = new PortfolioKeeper(Name, 0);
        Risk = new RiskEngine(portfolio, Limits);
        var engine = new AccountEngine(new AccountTerms(Name, "VEN", _capabilities), portfolio, Risk);
        foreach (var instrument in _instruments)
            engine.Add(instrument, new VenueInstrument(instrument.Id.Symbol, instrument.Currency, true, _ => instrument.Tick, instrument.Lot) { CanShort = _canShort });
        return engine;
    }

    private void Do(AccountWork work)
    {
        switch (work)
        {
            case AccountWork.Reconcile:
                Engine.OnStatement(
                    new VenueStatement(
                        [.. Working.Select(Snapshot)],
                        true,
                        [],
                        [.. _positions.Where(p => p.Value != 0).Select(p => new VenuePosition(p.Key, p.Value, null))],
                        [new VenueBalance("USD", _cash, _cash)],
                        Now),
                    Now);
                break;
            case AccountWork.Place place:
                var placed = new VenueSideOrder($"V-{place.OrderId}", place.Order);
                if (place.Order.Type == OrderType.Market && !_capabilities.CanCrossZero && GoesThroughZero(place.Order)) Refusable.Add($"{place.Order}");
                _orders.Add(place.OrderId.Value, placed);
                Engine.OnPlaced(place.OrderId, new PlaceResult.Accepted(Snapshot(placed)), Now);
                break;
            case AccountWork.Cancel cancel when Answers:
                _orders[cancel.OrderId.Value].Status = VenueOrderStatus.Canceled;
                Engine.OnCancelAnswered(cancel.OrderId, new ChangeResult.Taken(Snapshot(_orders[cancel.OrderId.Value])), Now);
                break;
            case AccountWork.Cancel:
                break;
            default:
                throw new InvalidOperationException($"{work} was not expected.");
        }
    }

    private bool GoesThroughZero(VenueOrder order)
    {
        var held = _positions.GetValueOrDefault(order.Symbol);
        return decimal.Sign(held) == (order.Side == OrderSide.Buy ? -1 : 1) && order.Quantity > Math.Abs(held);
    }

    private OrderSnapshot Snapshot(VenueSideOrder order) => new(
        order.Id, order.Order.ClientId, order.Order.Symbol, order.Status, order.Order.Side, order.Order.Type, order.Order.TimeInForce, order.Order.Quantity,
        order.Filled, order.Filled == 0 ? null : order.Value / order.Filled, order.Order.LimitPrice, order.Order.StopPrice, null, null, Now, []);
}
