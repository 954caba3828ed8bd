using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>An account at a venue that does all at once and says all that is asked, and the log of what the account's engine decided.</summary>
internal sealed class HeldAccount
{
    public static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");

    private readonly List<object> _log;
    private readonly List<object> _turn = [];
    private int _ids;

    public HeldAccount(decimal held = 0, decimal? average = null, decimal lot = 1)
        : this([], new DateTimeOffset(2024, 6, 7, 15, 0, 0, TimeSpan.Zero), lot)
    {
        Venue = new VenueStatement([], true, [], held == 0 ? [] : [new VenuePosition("AAPL", held, average)], [new VenueBalance("USD", 100_000, null)], Now);
        Reconcile();
    }

    private HeldAccount(List<object> log, DateTimeOffset now, decimal lot)
    {
        (_log, Now, Lot) = (log, now, lot);
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
        Engine = new AccountEngine(new AccountTerms("main", "VEN", capabilities), portfolio, new RiskEngine(portfolio, new RiskLimits(10, 1_000)));
        Engine.Add(Apple with { Lot = lot }, new VenueInstrument("AAPL", "USD", true, _ => 0.01m, lot));
        foreach (var stored in log) Engine.Apply(stored);
        Engine.Restart(Now);
        Engine.OnConnected(Now);
    }

    public AccountEngine Engine { get; }

    public DateTimeOffset Now { get; set; }

    /// <summary>What the venue says of the account.</summary>
    public VenueStatement Venue { get; set; } = null!;

    public decimal Lot { get; }

    public static decimal Equity(HeldAccount account) => account._log.OfType<AccountValued>().Last().Balances.Single().Equity;

    /// <summary>Another engine on the same log.</summary>
    public HeldAccount FromLog()
    {
        var again = new HeldAccount([.. _log], Now, Lot) { Venue = Venue, _ids = _ids };
        again.Reconcile();
        again.Turn();
        return again;
    }

    /// <summary>What a turn of the desk commits, with what was decided before it.</summary>
    public IReadOnlyList<object> Turn()
    {
        Commit();
        var turn = _turn.ToList();
        _turn.Clear();
        return turn;
    }

    /// <summary>Compares with the venue until it says the same twice.</summary>
    public void Reconcile()
    {
        Engine.Reconcile(Now);
        for (var i = 0; i < 4; i++)
        {
            Commit();
            if (Engine.TakeWork(Now).OfType<AccountWork.Reconcile>().Any()) Engine.OnStatement(Venue with { AskedAt = Now }, Now);
            Now += TimeSpan.FromSeconds(1);
        }

        Commit();
    }

    /// <summary>An order that trades at once, at the venue and in the books.</summary>
    public void Fill(OrderSide side, decimal quantity, decimal price, decimal fee = 0)
    {
        var id = ClientOrderId.ForRequest("main", $"{++_ids}");
        Engine.Place(new OrderIntent(id, "main", "test", Apple.Id, side, quantity, OrderType.Limit, price, null, Now) { LimitPrice = price }, Now);
        Commit();
        Engine.TakeWork(Now);
        var fill = new Execution($"T{_ids}", $"V{_ids}", id.Value, "AAPL", side, quantity, price, fee, "USD", quantity, Now);
        Engine.OnPlaced(
            id,
            new PlaceResult.Accepted(new OrderSnapshot(
                $"V{_ids}", id.Value, "AAPL", VenueOrderStatus.Filled, side, OrderType.Limit, TimeInForce.Gtc, quantity, quantity, price, price, null, null, null, Now, [fill])),
            Now);
        var signed = side == OrderSide.Buy ? quantity : -quantity;
        Pay(-(signed * price) - fee);
        Hold(Venue.Positions.Sum(p => p.Quantity) + signed);
    }

    /// <summary>The venue's cash moves.</summary>
    public void Pay(decimal amount) =>
        Venue = Venue with { Balances = [new VenueBalance("USD", Venue.Balances.Single().Total + amount, null)] };

    /// <summary>The venue holds so much.</summary>
    public void Hold(decimal quantity) => Venue = Venue with { Positions = quantity == 0 ? [] : [new VenuePosition("AAPL", quantity, null)] };

    private void Commit()
    {
        Engine.BookDueActions(Now);
        Engine.Release(10, Now);
        Engine.Value(Now);
        _log.AddRange(Engine.Events);
        _turn.AddRange(Engine.Events);
        Engine.Events.Clear();
    }
}
