using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>How bad things are: shares of 0 to 1.</summary>
internal sealed record Adversity(
    double Crash = 0.01, double LostRequest = 0.05, double LostAnswer = 0.05, double LostEvent = 0.1, double DuplicateEvent = 0.1, double Disconnect = 0.01);

/// <summary>
/// An account, a venue and what lies between them, in one thread under a seeded order of events: requests and answers are slow
/// or lost, events come late, twice, in another order or never, connections break, the process dies before and after its
/// commits. The log is a list; everything else of the account is lost with the process.
/// </summary>
internal sealed class AccountSimulation
{
    private const int LongestDelayMs = 2_000;
    private const int TimeoutMs = 1_000;
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);
    private static readonly Instrument[] Instruments = [.. new[] { "AAA", "BBB", "CCC" }.Select(s => new Instrument(new InstrumentId($"{s}.VEN"), 0.01m, 1, "USD"))];

    private readonly Random _random;
    private readonly Adversity _adversity;
    private readonly BrokerCapabilities _capabilities;
    private readonly PriorityQueue<Action, (long Ms, int Turn)> _agenda = new();
    private readonly List<object> _log = [];
    private readonly int _orders;
    private AccountEngine _engine;
    private bool _isCalm;
    private bool _isConnected;
    private int _life;
    private long _nowMs;
    private int _turn;
    private int _wished;

    public AccountSimulation(int seed, int orders, Adversity adversity, ClientIdScope clientIds)
    {
        _random = new Random(seed);
        _orders = orders;
        _adversity = adversity;
        _capabilities = new BrokerCapabilities(
            new Dictionary<OrderType, IReadOnlyList<TimeInForce>>
            {
                [OrderType.Market] = [TimeInForce.Gtc, TimeInForce.Day],
                [OrderType.Limit] = [TimeInForce.Gtc, TimeInForce.Ioc],
            },
            id => id.Value,
            clientIds,
            SettleTime: TimeSpan.FromMilliseconds(LongestDelayMs + 100),
            PositionKind.Listed,
            CanReplace: false,
            CanPostOnly: false,
            CanReduceOnly: false);
        Venue = new ScriptedVenue(_random, clientIds);
        foreach (var instrument in Instruments) Venue.Prices[instrument.Id.Symbol] = 100;
        _engine = NewEngine();
    }

    public ScriptedVenue Venue { get; }

    public IReadOnlyList<object> Log => _log;

    public AccountEngine Engine => _engine;

    public int Crashes { get; private set; }

    /// <summary>Placements that reached the venue, by their id.</summary>
    public Dictionary<string, int> Arrivals { get; } = new(StringComparer.Ordinal);

    /// <summary>Placements that reached the venue before the log had said that they would be sent.</summary>
    public List<string> Unannounced { get; } = [];

    private DateTimeOffset Now => Start.AddMilliseconds(_nowMs);

    public void Run()
    {
        Born();
        for (var i = 0; i < _orders; i++) At(_random.Next(_orders * 100), Wish);
        for (var i = 0; i < _orders; i++) At(_random.Next(_orders * 100), MoveMarket);
        Until(_orders * 100);

        // Then all that was broken is mended, and what is on its way arrives.
        _isCalm = true;
        Disconnect("the line was repaired");
        Until(_nowMs + 600_000);
        Venue.Prices.Keys.ToList().ForEach(symbol => Venue.Move(symbol, Now));
        Until(_nowMs + 300_000);
    }

    /// <summary>An engine from the log alone.</summary>
    public AccountEngine Folded()
    {
        var engine = NewEngine();
        foreach (var stored in _log) engine.Apply(stored);
        return engine;
    }

    private static AccountEngine EngineOf(BrokerCapabilities capabilities)
    {
        var portfolio = new PortfolioKeeper("sim", 0);
        var risk = new RiskEngine(portfolio, new RiskLimits(10, 1_000));
        var engine = new AccountEngine(new AccountTerms("sim", "VEN", capabilities) { ReconcileEvery = TimeSpan.FromSeconds(20) }, portfolio, risk);
        foreach (var instrument in Instruments) engine.Add(instrument, new VenueInstrument(instrument.Id.Symbol, "USD", true, _ => 0.01m, 1));
        return engine;
    }

    private AccountEngine NewEngine() => EngineOf(_capabilities);

    private void Until(long ms)
    {
        while (_agenda.TryPeek(out _, out var next) && next.Ms <= ms)
        {
            var action = _agenda.Dequeue();
            _nowMs = next.Ms;
            action();
        }

        _nowMs = ms;
    }

    private void At(long ms, Action action) => _agenda.Enqueue(action, (ms, _turn++));

    private void In(int ms, Action action) => At(_nowMs + ms, action);

    /// <summary>As <see cref="In"/>, if the process has not died by then.</summary>
    private void InLife(int ms, Action action)
    {
        var life = _life;
        In(ms, () =>
        {
            if (_life == life) action();
        });
    }

    private bool Happens(double share) => !_isCalm && _random.NextDouble() < share;

    private int Delay() => _random.Next(1, _random.Next(10) == 0 ? LongestDelayMs : 50);

    private void Born()
    {
        _life++;
        _engine = Folded();
        Step(() => _engine.Restart(Now));
        InLife(10, Connect);
        InLife(100, Tick);
    }

    private void Die()
    {
        Crashes++;
        _life++;
        _isConnected = false;
        In(_random.Next(10, 2_000), Born);
    }

    private void Tick()
    {
        Step(() => _engine.Forget());
        InLife(100, Tick);
    }

    private void Connect()
    {
        _isConnected = true;
        Venue.Told.Clear();
        Step(() => _engine.OnConnected(Now));
    }

    private void Disconnect(string why)
    {
        if (!_isConnected) return;

        _isConnected = false;
        Step(() => _engine.OnStreamLost(why, Now));
        InLife(500, Connect);
    }

    private void Wish()
    {
        var number = _wished++;
        var instrument = Instruments[_random.Next(Instruments.Length)];
        var price = Venue.Prices[instrument.Id.Symbol];
        var side = (OrderSide)_random.Next(2);
        var isLimit = _random.Next(2) == 0;
        var limit = price + (_random.Next(-300, 301) / 100m);
        var intent = new OrderIntent(
            ClientOrderId.ForRequest("sim", $"{number}"), "sim", "test", instrument.Id, side, _random.Next(1, 50), isLimit ? OrderType.Limit : OrderType.Market, price, null, Now)
        {
            LimitPrice = isLimit ? Math.Max(1, limit) : null,
            TimeInForce = isLimit && _random.Next(3) == 0 ? TimeInForce.Ioc : TimeInForce.Gtc,
        };

        // Whoever wishes asks again until it is in the log, as a bus or a client with a key does.
        var life = _life;
        Step(() => _engine.Place(intent, Now));
        if (life != _life) In(3_000, () => Again(intent));
        if (_random.Next(4) == 0) In(_random.Next(5_000), () => Step(() => _engine.Cancel(intent.OrderId, "changed my mind", Now)));
        if (_adversity.Disconnect > 0 && Happens(_adversity.Disconnect)) Disconnect("the line broke");
    }

    private void Again(OrderIntent intent)
    {
        if (_log.OfType<OrderRequested>().Any(r => r.OrderId.Equals(intent.OrderId))) return;

        var life = _life;
        Step(() => _engine.Place(intent, Now));
        if (life != _life) In(3_000, () => Again(intent));
    }

    private void MoveMarket()
    {
        Venue.Move(Instruments[_random.Next(Instruments.Length)].Id.Symbol, Now);
        Carry();
    }

    /// <summary>Decides, commits, and does what follows, or dies on the way.</summary>
    private void Step(Action decide)
    {
        decide();
        _engine.Release(20, Now);
        if (_engine.Events.Count > 0 && Happens(_adversity.Crash))
        {
            Die();
            return;
        }

        _log.AddRange(_engine.Events);
        var hadEvents = _engine.Events.Count > 0;
        _engine.Events.Clear();
        if (hadEvents && Happens(_adversity.Crash))
        {
            Die();
            return;
        }

        foreach (var work in _engine.TakeWork(Now)) Do(work);
        Carry();
    }

    private void Do(AccountWork work)
    {
        switch (work)
        {
            case AccountWork.Place place:
                Ask(
                    () =>
                    {
                        Arrivals[place.Order.ClientId] = Arrivals.GetValueOrDefault(place.Order.ClientId) + 1;
                        if (!_log.OfType<OrderSubmitted>().Any(s => s.OrderId.Equals(place.OrderId))) Unannounced.Add(place.Order.ClientId);
                        return Venue.Place(place.Order, Now);
                    },
                    answer => _engine.OnPlaced(place.OrderId, answer, Now),
                    () => _engine.OnPlaced(place.OrderId, new PlaceResult.OutcomeUnknown("no answer within a second"), Now));
                break;
            case AccountWork.Cancel cancel:
                Ask(
                    () => Venue.Cancel(cancel.Order, Now),
                    answer => _engine.OnCancelAnswered(cancel.OrderId, answer, Now),
                    () => _engine.OnCancelAnswered(cancel.OrderId, new ChangeResult.OutcomeUnknown("no answer"), Now));
                break;
            case AccountWork.Lookup lookup:
                Ask(
                    () => (Venue.Lookup(lookup.Order, Now), lookup.ExecutionsSince is { } since ? Venue.Executions.Where(e => e.At >= since).ToList() : []),
                    answer => _engine.OnLookup(lookup.OrderId, answer.Item1, answer.Item2, Now),
                    () => _engine.OnLookup(lookup.OrderId, new OrderLookup.NotKnowable("no answer"), [], Now));
                break;
            case AccountWork.Reconcile reconcile:
                var askedAt = Now;
                Ask(
                    () => Venue.Statement(reconcile.ExecutionsSince, askedAt),
                    answer =>
                    {
                        foreach (var execution in answer.Executions.Where(e => !_engine.Knows(e))) Recall(execution.ClientOrderId);
                        _engine.OnStatement(answer, Now);
                    },
                    () => _engine.OnStatementFailed("no answer", Now));
                break;
        }
    }

    /// <summary>A request that may be lost, or whose answer may; what has left arrives though the sender dies.</summary>
    private void Ask<T>(Func<T> atVenue, Action<T> onAnswer, Action onSilence)
    {
        var (there, back) = (Delay(), Delay());
        var isLost = Happens(_adversity.LostRequest);
        var isAnswered = !isLost && !Happens(_adversity.LostAnswer) && there + back <= TimeoutMs;
        var life = _life;
        if (!isLost)
        {
            In(there, () =>
            {
                var answer = atVenue();
                Carry();
                if (!isAnswered) return;
                In(back, () =>
                {
                    if (_life == life) Step(() => onAnswer(answer));
                });
            });
        }

        if (!isAnswered) InLife(TimeoutMs, () => Step(onSilence));
    }

    /// <summary>What the venue tells is on its way: late, twice, overtaken, or lost.</summary>
    private void Carry()
    {
        while (Venue.Told.TryDequeue(out var told))
        {
            if (!_isConnected || Happens(_adversity.LostEvent)) continue;

            var copies = Happens(_adversity.DuplicateEvent) ? 2 : 1;
            for (var i = 0; i < copies; i++)
            {
                InLife(Delay(), () =>
                {
                    if (!_isConnected) return;
                    if (!_engine.Knows(told)) Recall(told.ClientOrderId);
                    Step(() => _engine.OnReport(told, Now));
                });
            }
        }
    }

    private void Recall(string? clientId)
    {
        var events = _log.OfType<OrderEvent>().Where(e => e.OrderId.Value == clientId);
        if (Order.From(events) is { } order) _engine.Recall(order);
    }
}
