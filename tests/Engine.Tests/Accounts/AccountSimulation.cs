using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>How bad things are: shares of 0 to 1.</summary>
internal sealed record Adversity(
    double Crash = 0.01,
    double NotSent = 0.02,
    double LostRequest = 0.05,
    double LostAnswer = 0.05,
    double LostEvent = 0.1,
    double DuplicateEvent = 0.1,
    double Disconnect = 0.01,
    double IdRollback = 0.3);

/// <summary>
/// An account, a venue and what lies between them, in one thread under a seeded order of events: requests and answers are slow
/// or lost, events come late, twice, in another order or never, connections break, the process dies before and after its
/// commits. The log is a list; everything else of the account is lost with the process.
/// </summary>
internal sealed class AccountSimulation
{
    /// <summary>Symbols that only orders with exits are of: bought, sold short, and bought to be closed by two exits later.</summary>
    public const string Long = "LONG";
    public const string Short = "SHORT";
    public const string Held = "HELD";

    private const int LongestDelayMs = 2_000;
    private const int TimeoutMs = 1_000;
    private static readonly DateTimeOffset Start = new(2024, 1, 2, 15, 0, 0, TimeSpan.Zero);
    private static readonly Instrument[] Instruments = [.. new[] { "AAA", "BBB", "CCC", Long, Short, Held }.Select(s => new Instrument(new InstrumentId($"{s}.VEN"), 0.01m, 1, "USD"))];

    private readonly Random _random;
    private readonly Adversity _adversity;
    private readonly BrokerCapabilities _capabilities;
    private readonly PriorityQueue<Action, (long Ms, int Turn)> _agenda = new();
    private readonly List<object> _log = [];
    private readonly Dictionary<string, List<OrderEvent>> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<List<OrderEvent>>> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ExecutionPlan> _plans = new(StringComparer.Ordinal);
    private readonly int _orders;
    private readonly Failpoint? _diesAt;
    private AccountEngine _engine;
    private bool _isAlive;
    private bool _isCalm;
    private bool _isConnected;
    private int _closings;
    private int _life;
    private long _nowMs;
    private int _turn;

    /// <param name="diesAt">Where the process dies beside all that is drawn, once.</param>
    public AccountSimulation(int seed, int orders, Adversity adversity, ClientIdScope clientIds, bool canReduceOnly = false, Failpoint? diesAt = null)
    {
        _random = new Random(seed);
        _orders = orders;
        _diesAt = diesAt;
        _adversity = adversity;
        _capabilities = new BrokerCapabilities(
            new Dictionary<OrderType, IReadOnlyList<TimeInForce>>
            {
                [OrderType.Market] = [TimeInForce.Gtc, TimeInForce.Day],
                [OrderType.Limit] = [TimeInForce.Gtc, TimeInForce.Ioc],
                [OrderType.Stop] = [TimeInForce.Gtc],
            },
            id => id.Value,
            clientIds,
            SettleTime: TimeSpan.FromMilliseconds(LongestDelayMs + 100),
            PositionKind.Listed,
            CanReplace: true,
            CanPostOnly: false,
            CanReduceOnly: canReduceOnly);
        Venue = new ScriptedVenue(_random, clientIds, canReduceOnly);
        foreach (var instrument in Instruments) Venue.Prices[instrument.Id.Symbol] = 100;
        _engine = NewEngine();
    }

    public ScriptedVenue Venue { get; }

    /// <summary>Orders that were wished for.</summary>
    public int Wished { get; private set; }

    public IReadOnlyList<object> Log => _log;

    public AccountEngine Engine => _engine;

    /// <summary>Whether the process died where it was told to.</summary>
    public bool HasDied { get; private set; }

    /// <summary>What the log has of each order.</summary>
    public IEnumerable<IReadOnlyList<OrderEvent>> Streams => _streams.Values;

    /// <summary>Placements that reached the venue before the log had said that they would be sent.</summary>
    public List<string> Unannounced { get; } = [];

    /// <summary>Parent orders of which more was at the venue, or had traded there, than they are for.</summary>
    public HashSet<string> TooMuch { get; } = new(StringComparer.Ordinal);

    private DateTimeOffset Now => Start.AddMilliseconds(_nowMs);

    public void Run()
    {
        Born();
        for (var i = 0; i < _orders; i++) At(_random.Next(_orders * 100), Wish);
        for (var i = 0; i < _orders; i++) At(_random.Next(_orders * 100), MoveMarket);
        for (var i = 0; i < _orders / 20; i++) At(_random.Next(_orders * 100), WishToWork);
        for (var i = 0; i < _orders / 20; i++) At(_random.Next(_orders * 100), WishToClose);
        Until(_orders * 100);

        // Then all that was broken is mended, and what is on its way arrives.
        _isCalm = true;
        Disconnect("the line was repaired");
        Until(_nowMs + 300_000);
        Venue.Prices.Keys.ToList().ForEach(MoveMarket);
        Until(_nowMs + 200_000);
    }

    /// <summary>An engine from the log alone.</summary>
    public AccountEngine Folded()
    {
        var engine = NewEngine();
        foreach (var stored in _log) engine.Apply(stored);
        return engine;
    }

    /// <summary>An engine that was told what a service reads: the account's events, and the orders that are not done with their groups.</summary>
    private AccountEngine Loaded()
    {
        var engine = NewEngine();
        foreach (var stored in _log.Where(e => e is not OrderEvent)) engine.Apply(stored);
        engine.Forget();
        var orders = _streams.Values.Select(stream => Order.From(stream)!).ToList();
        var working = _log.OfType<ExecutionRequested>().Select(e => e.ExecutionId).Except(_log.OfType<ExecutionEnded>().Select(e => e.ExecutionId), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        foreach (var slice in orders.Where(o => o.Intent.Execution is { } of && working.Contains(of))) engine.Recall(slice);
        var names = orders.Where(o => !o.Status.IsFinal()).Select(o => o.Intent.OneCancelsOther ?? o.Id.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var order in orders.Where(o => names.Contains(o.Intent.OneCancelsOther ?? o.Id.Value))) engine.Recall(order);
        return engine;
    }

    private static string GroupOf(List<OrderEvent> stream)
    {
        var intent = ((OrderRequested)stream[0]).Intent;
        return intent.OneCancelsOther ?? intent.OrderId.Value;
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
    private void InLife(int ms, Action action) => InLife(_life, ms, action);

    private void InLife(int life, int ms, Action action) => In(ms, () =>
    {
        if (_life == life) action();
    });

    private bool Happens(double share) => !_isCalm && _random.NextDouble() < share;

    private int Delay() => _random.Next(1, !_isCalm && _random.Next(10) == 0 ? LongestDelayMs : 50);

    private void Born()
    {
        var life = ++_life;
        _isAlive = true;
        _engine = Loaded();
        Step(() => _engine.Restart(Now));
        InLife(life, 10, Connect);
        InLife(life, 100, Tick);
    }

    private void Die()
    {
        _life++;
        _isAlive = false;
        _isConnected = false;
        In(_random.Next(10, 2_000), Born);
    }

    /// <summary>Dies where that is what this run is for, the first time that the point is reached.</summary>
    private bool Dies(string name, bool isAfter)
    {
        if (HasDied || _diesAt != new Failpoint(name, isAfter)) return false;

        HasDied = true;
        Die();
        return true;
    }

    private bool DiesAtCommit(bool isAfter)
    {
        foreach (var what in _engine.Events.Select(Committed).OfType<string>().Distinct(StringComparer.Ordinal).ToList())
        {
            if (Dies(Failpoint.Commit(what), isAfter)) return true;
        }

        return _engine.Events.Count > 0 && Happens(_adversity.Crash) && Dead();
    }

    private bool Dead()
    {
        Die();
        return true;
    }

    private static string? Committed(object e) => e switch
    {
        OrderRequested => "a wish",
        OrderSubmitted => "a submission",
        OrderAccepted => "an acceptance",
        OrderFilled => "a fill",
        OrderBecameUnknown => "a doubt",
        OrderReconciled => "a finding",
        OrderCancelRequested => "the wish to cancel",
        OrderCanceled => "a cancel",
        OrderReplaceRequested => "the wish to change",
        OrderReplaced => "a change",
        ExecutionRequested => "a plan",
        ExecutionStopped => "the stop of a plan",
        ExecutionEnded => "the end of a plan",
        AccountGated => "a gate",
        AccountReconciled => "a proof",
        _ => null,
    };

    private void Tick()
    {
        var life = _life;
        Step(() => _engine.Forget());
        InLife(life, _isCalm ? 1_000 : 100, Tick);
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
        if (Happens(_adversity.IdRollback)) Venue.BeginIdsAnew();
        Step(() => _engine.OnStreamLost(why, Now));
        InLife(500, Connect);
    }

    private void Wish()
    {
        var number = Wished++;
        var instrument = Instruments[_random.Next(4) == 0 ? _random.Next(3, 6) : _random.Next(3)];
        if (instrument.Id.Symbol is Long or Short or Held)
        {
            WishWithExits(number, instrument);
            return;
        }

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
        Again(intent);
        if (_random.Next(3) == 0) In(_random.Next(5_000), () => Step(() => _engine.Cancel(intent.OrderId, "changed my mind", Now)));
        if (isLimit && _random.Next(3) > 0) In(_random.Next(2_000), () => Change(intent));
        if (_adversity.Disconnect > 0 && Happens(_adversity.Disconnect)) Disconnect("the line broke");
    }

    private void WishWithExits(int number, Instrument instrument)
    {
        var symbol = instrument.Id.Symbol;
        var price = Venue.Prices[symbol];
        var isLong = symbol != Short;
        var free = _engine.PositionOf(instrument.Id).Held - _engine.Orders.Where(o => o.Intent.Leg == OrderLeg.TakeProfit && !o.Status.IsFinal() && o.Intent.Instrument == instrument.Id).Sum(o => o.Leaves);
        var closes = symbol == Held && free > 0;
        var isLimit = closes || _random.Next(2) == 0;
        decimal Away() => _random.Next(20, 200) / 100m * (isLong ? 1 : -1);
        var exits = symbol == Held && !closes ? null : new OrderExits(closes ? null : price + Away(), _random.Next(8) == 0 && !closes ? null : price - Away());
        var intent = new OrderIntent(
            ClientOrderId.ForRequest("sim", $"{number}"), "sim", "test", instrument.Id, isLong == closes ? OrderSide.Sell : OrderSide.Buy, closes ? free : _random.Next(1, 50), isLimit ? OrderType.Limit : OrderType.Market, price, null, Now)
        {
            LimitPrice = closes ? price + Away() : isLimit ? price + (_random.Next(-30, 31) / 100m) : null,
            ReduceOnly = closes,
        };
        Again(intent, exits);
        if (_random.Next(6) > 0) return;

        var cancels = _random.Next(3) switch
        {
            0 => intent.OrderId,
            1 => ClientOrderId.ForExit(intent.OrderId.Value, OrderLeg.TakeProfit, 0),
            _ => ClientOrderId.ForExit(intent.OrderId.Value, OrderLeg.StopLoss, 0),
        };
        In(_random.Next(5_000), () => Step(() => _engine.Cancel(cancels, "changed my mind", Now)));
    }

    /// <summary>An order that is worked in slices, a second or more each, or shown in parts.</summary>
    private void WishToWork()
    {
        var id = ClientOrderId.ForRequest("sim", $"execution {_plans.Count}").Value;
        var (instrument, quantity, slices) = (Instruments[_random.Next(3)], _random.Next(5, 60), _random.Next(2, 8));
        var limit = _random.Next(2) == 0 ? (decimal?)Math.Max(1, Venue.Prices[instrument.Id.Symbol] + (_random.Next(-100, 101) / 100m)) : null;
        var plan = new ExecutionPlan(
            id, "sim", "test", instrument.Id, (OrderSide)_random.Next(2), quantity, ExecutionAlgorithm.Twap, limit, Now, Now.AddSeconds(slices * _random.Next(1, 4)), slices);
        if (limit is not null && _random.Next(2) == 0)
            plan = plan with { Algorithm = ExecutionAlgorithm.Iceberg, Slices = 0, DisplayQuantity = _random.Next(1, 5), EndAt = Now.AddSeconds(30) };
        _plans.Add(id, plan);
        Again(plan);
        if (_random.Next(4) == 0) In(_random.Next(10_000), () => Step(() => _engine.CancelExecution(id, "changed my mind", Now)));
    }

    /// <summary>All of an instrument is to be closed; often a second one wants the same a moment later.</summary>
    private void WishToClose()
    {
        var (key, instrument) = ($"close {++_closings}", Instruments[_random.Next(Instruments.Length)].Id);
        Step(() => _engine.CloseAll(key, "enough", Now, instrument));
        if (_random.Next(2) == 0) In(_random.Next(1_000), () => Step(() => _engine.CloseAll($"{key} again", "enough", Now, instrument)));
    }

    private void Again(ExecutionPlan plan)
    {
        if (_log.Exists(e => e is ExecutionRequested known && known.ExecutionId == plan.ExecutionId)) return;

        Step(() => _engine.Execute(plan, Now));
        In(3_000, () => Again(plan));
    }

    /// <summary>What may trade of a parent order at the venue, or has traded there.</summary>
    private void WatchParent(OrderIntent slice)
    {
        var ids = _streams.Values.Select(s => ((OrderRequested)s[0]).Intent).Where(i => i.Execution == slice.Execution).Select(i => i.OrderId.Value).ToHashSet(StringComparer.Ordinal);
        var atVenue = Venue.Orders.Where(o => ids.Contains(o.Order.ClientId)).Sum(o => o.Status.IsFinal() ? o.Filled : o.Order.Quantity);
        if (atVenue > _plans[slice.Execution!].Quantity) TooMuch.Add(slice.Execution!);
    }

    private void Again(OrderIntent intent, OrderExits? exits = null)
    {
        if (_streams.ContainsKey(intent.OrderId.Value)) return;

        Step(() =>
        {
            if (exits is null) _engine.Place(intent, Now);
            else _engine.Place(intent, exits, Now);
        });
        if (!_streams.ContainsKey(intent.OrderId.Value)) In(3_000, () => Again(intent, exits));
    }

    private void Change(OrderIntent intent)
    {
        var quantity = _random.Next(3) == 0 ? (decimal?)_random.Next(1, 50) : null;
        var limit = Math.Max(1, intent.LimitPrice!.Value + (_random.Next(-100, 101) / 100m));
        Step(() => _engine.Replace(intent.OrderId, quantity, limit, null, Now));
    }

    private void MoveMarket() => MoveMarket(Instruments[_random.Next(Instruments.Length)].Id.Symbol);

    private void MoveMarket(string symbol)
    {
        Venue.Move(symbol, Now);
        Carry();
        var (price, at) = ((double)Venue.Prices[symbol], Now);
        if (!Happens(_adversity.LostEvent)) InLife(Delay(), () => Step(() => _engine.OnPrice(symbol, price, at)));
    }

    /// <summary>Decides, commits, and does what follows, or dies on the way.</summary>
    private void Step(Action decide)
    {
        if (!_isAlive) return;

        decide();
        _engine.Release(20, Now);
        if (DiesAtCommit(isAfter: false)) return;

        foreach (var e in _engine.Events) Commit(e);
        if (DiesAtCommit(isAfter: true)) return;

        _engine.Events.Clear();
        var life = _life;
        foreach (var work in _engine.TakeWork(Now))
        {
            if (_life == life) Do(work);
        }

        Carry();
    }

    private void Commit(object e)
    {
        _log.Add(e);
        if (e is not OrderEvent of) return;

        if (!_streams.TryGetValue(of.OrderId.Value, out var stream)) _streams.Add(of.OrderId.Value, stream = []);
        stream.Add(of);
        if (of is OrderRequested) Group(stream);
        if (of is OrderReplaceRequested change) _changes[change.VenueClientId] = of.OrderId.Value;
        if (of is OrderAccepted accepted) Name(accepted.VenueOrderId, of.OrderId.Value);
        if (of is OrderReplaced replaced) Name(replaced.VenueOrderId, of.OrderId.Value);
    }

    private void Group(List<OrderEvent> stream)
    {
        var name = GroupOf(stream);
        if (!_groups.TryGetValue(name, out var group)) _groups.Add(name, group = []);
        group.Add(stream);
    }

    private void Name(string venueOrderId, string order)
    {
        if (!_named.TryGetValue(venueOrderId, out var orders)) _named.Add(venueOrderId, orders = []);
        orders.Add(order);
    }

    private void Do(AccountWork work)
    {
        switch (work)
        {
            case AccountWork.Place place when Happens(_adversity.NotSent):
                InLife(1, () => Step(() => _engine.OnPlaced(place.OrderId, new PlaceResult.NotSent("no connection"), Now)));
                break;
            case AccountWork.Place place:
                Ask(
                    "an order",
                    () =>
                    {
                        if (!_streams[place.OrderId.Value].Exists(e => e is OrderSubmitted)) Unannounced.Add(place.Order.ClientId);
                        var placed = Venue.Place(place.Order, Now);
                        if (place.Intent.Execution is not null) WatchParent(place.Intent);
                        return placed;
                    },
                    answer => _engine.OnPlaced(place.OrderId, answer, Now),
                    () => _engine.OnPlaced(place.OrderId, new PlaceResult.OutcomeUnknown("no answer within a second"), Now));
                break;
            case AccountWork.Cancel cancel:
                Ask(
                    "a cancel",
                    () => Venue.Cancel(cancel.Order, Now),
                    answer => _engine.OnCancelAnswered(cancel.OrderId, answer, Now),
                    () => _engine.OnCancelAnswered(cancel.OrderId, new ChangeResult.OutcomeUnknown("no answer"), Now));
                break;
            case AccountWork.Replace replace:
                Ask(
                    "a change",
                    () => Venue.Replace(replace.Order, replace.Change, Now),
                    answer => _engine.OnReplaceAnswered(replace.OrderId, answer, Now),
                    () => _engine.OnReplaceAnswered(replace.OrderId, new ChangeResult.OutcomeUnknown("no answer"), Now));
                break;
            case AccountWork.Lookup lookup:
                Ask(
                    "a look-up",
                    () => (Venue.Lookup(lookup.Order, Now), lookup.ExecutionsSince is { } since ? Venue.ExecutionsSince(since) : []),
                    answer => _engine.OnLookup(lookup.OrderId, answer.Item1, answer.Item2, Now),
                    () => _engine.OnLookup(lookup.OrderId, new OrderLookup.NotKnowable("no answer"), [], Now));
                break;
            case AccountWork.Reconcile reconcile:
                var askedAt = Now;
                Ask(
                    "a statement",
                    () => Venue.Statement(reconcile.ExecutionsSince, askedAt),
                    answer =>
                    {
                        foreach (var execution in answer.Executions) RecallNamed(execution.VenueOrderId);
                        _engine.OnStatement(answer, Now);
                    },
                    () => _engine.OnStatementFailed("no answer", Now));
                break;
        }
    }

    /// <summary>A request that may be lost, or whose answer may; what has left arrives though the sender dies.</summary>
    private void Ask<T>(string what, Func<T> atVenue, Action<T> onAnswer, Action onSilence)
    {
        if (Dies(Failpoint.Send(what), isAfter: false)) return;

        var (there, back) = (Delay(), Delay());
        var isLost = Happens(_adversity.LostRequest);
        var isAnswered = !isLost && !Happens(_adversity.LostAnswer) && there + back <= TimeoutMs;
        var life = _life;
        if (!isLost)
        {
            In(there, () =>
            {
                if (_life == life) Dies(Failpoint.CarryOut(what), isAfter: false);
                var answer = atVenue();
                if (_life == life) Dies(Failpoint.CarryOut(what), isAfter: true);
                Carry();
                if (isAnswered) InLife(life, back, () => Take(Failpoint.Answer(what), () => onAnswer(answer)));
            });
        }

        if (!isAnswered) InLife(TimeoutMs, () => Step(onSilence));
        Dies(Failpoint.Send(what), isAfter: true);
    }

    /// <summary>What comes in is decided, or the process dies with it in its hands.</summary>
    private void Take(string point, Action decide)
    {
        if (Dies(point, isAfter: false)) return;

        var life = _life;
        Step(decide);
        if (_life == life) Dies(point, isAfter: true);
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
                    Take(Failpoint.Report, () =>
                    {
                        if (!_engine.Knows(told)) Recall(told.ClientOrderId);
                        _engine.OnReport(told, Now);
                    });
                });
            }
        }
    }

    /// <summary>All that the venue has ever called so, as a service finds them in its tables.</summary>
    private void RecallNamed(string venueOrderId)
    {
        foreach (var order in _named.GetValueOrDefault(venueOrderId, [])) Recall(order);
    }

    private void Recall(string? clientId)
    {
        if (clientId is null || !_streams.TryGetValue(_changes.GetValueOrDefault(clientId, clientId), out var stream)) return;

        foreach (var one in _groups[GroupOf(stream)]) _engine.Recall(Order.From(one)!);
    }
}
