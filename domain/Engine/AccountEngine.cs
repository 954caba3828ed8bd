using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <summary>
/// One account at one venue: its orders, positions, cash, and whether they are proven. Everything that comes in (a wish, an
/// answer, a report, a statement) is decided into events, in <see cref="Events"/>, which the caller commits before it does any
/// of the <see cref="TakeWork"/> that follows from them. The work is a function of the state, and the state is a fold over the
/// events: an engine that is made anew from the log, see <see cref="Apply(object)"/> and <see cref="Restart"/>, goes on where
/// the one before was cut off. Not safe for several threads; no clock of its own.
/// <para>
/// An order is sent once. Where it cannot be said whether it arrived, the venue is asked by its id; it is sent again, under
/// the same id, only when the venue says that it has no such order and nothing sent can arrive any more.
/// </para>
/// </summary>
public sealed partial class AccountEngine
{
    private readonly AccountTerms _terms;
    private readonly PortfolioKeeper _portfolio;
    private readonly RiskEngine _risk;
    private readonly Dictionary<InstrumentId, Listing> _listings = [];
    private readonly Dictionary<string, Listing> _bySymbol = new(StringComparer.Ordinal);
    private readonly Dictionary<ClientOrderId, LiveOrder> _orders = [];
    private readonly Dictionary<string, LiveOrder> _byVenueClientId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<LiveOrder>> _byVenueOrderId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DriftFound> _drifts = new(StringComparer.Ordinal);
    private DateTimeOffset _tookWorkAt;

    public AccountEngine(AccountTerms terms, PortfolioKeeper portfolio, RiskEngine risk)
    {
        _terms = terms;
        _portfolio = portfolio;
        _risk = risk;
        _execution = new ExecutionEngine(portfolio, risk.Limits);
    }

    /// <summary>What was decided since the list was last cleared, in order: order, position and account events. The caller clears it.</summary>
    public List<object> Events { get; } = [];

    /// <summary>Orders, positions and balances are proven, and orders may leave.</summary>
    public bool IsProven { get; private set; }

    /// <summary>Why no order may leave; null where it may.</summary>
    public string? GatedBecause { get; private set; } = "the account has not been reconciled yet";

    /// <summary>Our books have begun.</summary>
    public bool IsOpened => _openedAt is not null;

    /// <summary>Everybody's switch: halted, nothing leaves but what <see cref="CloseAll"/> makes.</summary>
    public TradingState Global
    {
        get => _risk.Global;
        set => _risk.Global = value;
    }

    /// <summary>How far our clock is ahead of the venue's; null where nobody knows.</summary>
    public TimeSpan? ClockSkew { get; set; }

    /// <summary>Differences that nobody has resolved.</summary>
    public IReadOnlyCollection<DriftFound> Drifts => _drifts.Values;

    public string Account => _terms.Account;

    /// <summary>Orders that are not done, or were a moment ago.</summary>
    public IEnumerable<Order> Orders => _orders.Values.Select(o => o.Order);

    /// <summary>Takes what a venue lists under one of its symbols; again where its terms have changed.</summary>
    public void Add(Instrument instrument, VenueInstrument terms)
    {
        if (_listings.TryGetValue(instrument.Id, out var known))
        {
            known.Terms = terms;
            return;
        }

        var listing = new Listing(_portfolio.Instruments, instrument, terms);
        _portfolio.Add(instrument);

        _execution.Add(listing.Whole);
        _listings.Add(instrument.Id, listing);
        _bySymbol.Add(terms.Symbol, listing);
    }

    public bool Has(InstrumentId instrument) => _listings.ContainsKey(instrument);

    /// <summary>Takes the newest price of one of the venue's symbols; of one that is not known nothing.</summary>
    public void OnPrice(string symbol, double price, DateTimeOffset at)
    {
        if (!_bySymbol.TryGetValue(symbol, out var listing) || at < listing.PricedAt) return;

        listing.PricedAt = at;
        listing.MarkedAt = at;
        _portfolio.Mark(listing.Index, price);
    }

    /// <summary>The newest price of an instrument, on its tick; null where none is known.</summary>
    public decimal? PriceOf(InstrumentId instrument) =>
        _listings.TryGetValue(instrument, out var listing) && listing.PricedAt is not null ? _portfolio.LastPrice(listing.Index) : null;

    /// <summary>The order, where it is not done or was not a moment ago.</summary>
    public Order? Find(ClientOrderId order) => _orders.TryGetValue(order, out var live) ? live.Order : null;

    /// <summary>Whether what a venue says of an order can be taken: one that is done was forgotten, and is to be recalled first.</summary>
    public bool Knows(OrderSnapshot seen) => Find(seen) is not null;

    /// <inheritdoc cref="Knows(OrderSnapshot)"/>
    public bool Knows(Execution execution) => Find(execution) is not null;

    /// <summary>
    /// Takes an order from its stream: one that is not done when the engine is made, a done one when the venue speaks of it. Of a
    /// group all orders are to be told, done or not.
    /// </summary>
    public void Recall(Order order)
    {
        if (_orders.ContainsKey(order.Id)) return;

        var live = NewLive(order);
        Index(live);
        if (_listings.TryGetValue(order.Intent.Instrument, out var listing)) Reserve(listing, order, Counted(order));
    }

    /// <summary>
    /// Drops orders that are done, and of which nothing is expected, from memory, those of a group all at once: not while a statement
    /// may speak of them, nor while one is asked for, because what is recalled with it may have been read before they were done. Slices
    /// stay until their execution has ended.
    /// </summary>
    public void Forget()
    {
        if (_isReconciling || _statement is not null) return;

        foreach (var live in _orders.Values.Where(o => o.IsDone && o.Group is not { IsDone: false } && o.Execution is not { Ended: null }).ToList())
        {
            _orders.Remove(live.Order.Id);
            if (live.Group is { } group) _groups.Remove(group.Name);
            if (live.Order.VenueClientId is { } client) _byVenueClientId.Remove(client);
            if (live.Order.VenueOrderId is { } venue) Unname(live, venue);
            if (live.Order.ChangedAs is { } changed) _byVenueClientId.Remove(changed);
            foreach (var earlier in live.Order.Earlier)
            {
                _byVenueClientId.Remove(earlier.VenueClientId);
                Unname(live, earlier.VenueOrderId);
            }
        }

        foreach (var ended in _executions.Values.Where(x => x.Ended is not null).ToList()) _executions.Remove(ended.Plan.ExecutionId);
    }

    /// <summary>Takes an event that is in the log. An instrument that it names was added before.</summary>
    public void Apply(object stored)
    {
        switch (stored)
        {
            case OrderRequested requested:
                Recall(new Order(requested.Intent));
                break;
            case OrderEvent e when _orders.TryGetValue(e.OrderId, out var live):
                if (e is OrderApproved && !live.Order.Intent.Closes) _risk.Recount(live.Order.Intent);
                Apply(live, e, isReserved: false);
                break;
            case PositionEvent e:
                _portfolio.Restore(_listings[e.Instrument].Index, new Position(e.Quantity, e.AveragePrice, e.RealizedPnl));
                _listings[e.Instrument].MovedAt = e.At;
                break;
            case AccountEvent e:
                Apply(e);
                break;
            case ExecutionEvent e:
                Apply(e);
                break;
        }
    }

    /// <summary>
    /// After the log was folded: what was proven is so no more, and an order that was submitted, and of which the venue has not
    /// said a word, may or may not be there.
    /// </summary>
    public void Restart(DateTimeOffset now)
    {
        Gate("the service has started", now);
        PutStopsFirst(now);
        foreach (var live in _orders.Values)
        {
            // What the life before sent last may be on its way still.
            live.SentAt = now;
            if (live.Order.Status == OrderStatus.Submitted) Decide(live, new OrderBecameUnknown(live.Order.Id, "the service ended before the venue had answered", now));
        }

        foreach (var book in _stood.Keys) book.IsBare = book is { IsUnwanted: true, Exits.Count: 0 };
    }

    /// <summary>What is held of an instrument, and what it will be once all that works has traded; exits that wait for their price aside.</summary>
    public (decimal Held, decimal Expected) PositionOf(InstrumentId instrument)
    {
        if (!_listings.TryGetValue(instrument, out var listing)) return (0, 0);

        var held = _portfolio.Position(listing.Index).Quantity;
        return (held, held + _orders.Values.Where(o => o.Order.Intent.Instrument == instrument && o.Order.Intent.Leg is null && IsCounted(o.Order.Status)).Sum(o => o.Order.SignedLeaves));
    }

    private void Decide(LiveOrder live, OrderEvent e, bool isReserved = false)
    {
        var onTheWay = OnTheWay(live);
        Events.Add(e);
        Apply(live, e, isReserved);

        // What will not trade of a strategy's order was counted on by those that were to close it.
        if (live.Working is { IsExit: false } working && e is not OrderFilled && live.Order.Status.IsFinal())
        {
            GiveWay(working.Book, !working.IsBuy, Math.Abs(onTheWay), live.Order.Intent.At, e.At);
            DidNotClose(working, e.At);
        }
    }

    private void Decide(AccountEvent e)
    {
        Events.Add(e);
        Apply(e);
    }

    private void Apply(AccountEvent stored)
    {
        switch (stored)
        {
            case CashMoved e:
                _portfolio.Restore(e.Currency, e.Balance);
                break;
            case AccountOpened e:
                _openedAt = e.At;
                _provenAt = e.At;
                foreach (var balance in e.Balances)
                {
                    _openingBalances[balance.Asset] = balance.Total;
                    _portfolio.Contribute(balance.Asset, balance.Total);
                }

                break;
            case StrategyStood e:
                Restore(e);
                break;
            case AccountGated e:
                IsProven = false;
                GatedBecause = e.Reason;
                break;
            case AccountReconciled e:
                IsProven = true;
                GatedBecause = null;
                _provenAt = e.At;
                break;
            case AccountValued e:
                Restore(e);
                break;
            case CorporateActionEvent e:
                Apply(e);
                break;
            case RiskLimitsChanged e:
                Apply(e);
                break;
            case RiskDayBegan e:
                Apply(e);
                break;
            case AccountFlattened e:
                _flattened.Add(e.FlatteningId);
                break;
            case DriftFound e:
                _drifts[e.DriftId] = e;
                break;
            case DriftResolved e:
                if (_drifts.Remove(e.DriftId, out var drift) && (e.Resolution == "dismissed" || drift.Kind is DriftKind.ForeignFill or DriftKind.ForeignOrder))
                    _dismissed.Add(e.DriftId);
                break;
        }
    }

    private void Apply(LiveOrder live, OrderEvent e, bool isReserved)
    {
        var (before, onTheWay) = (Counted(live.Order), OnTheWay(live));
        if (e is OrderReplaced replaced) live.Replace(replaced.VenueOrderId);
        live.Order = live.Order.Apply(e);
        Count(live, onTheWay);
        if (e is OrderSubmitted or OrderAccepted or OrderReplaceRequested or OrderReplaced) Index(live);
        if (isReserved || !_listings.TryGetValue(live.Order.Intent.Instrument, out var listing)) return;

        var change = Counted(live.Order) - before;
        if (e is not OrderFilled fill)
        {
            Reserve(listing, live.Order, change);
            return;
        }

        // A late fill, or one that is too much, was not counted as on its way.
        Reserve(listing, live.Order, fill.Quantity + change);
        _risk.OnFill(listing.Index, live.Order.Intent, fill, OnlyReduces(live.Order.Intent));
    }

    /// <param name="working">As its strategy has it already.</param>
    private LiveOrder NewLive(Order order, WorkingOrder? working = null)
    {
        var live = new LiveOrder(order) { Working = working ?? WorkingOf(order) };
        _orders.Add(order.Id, live);
        Count(live, 0);
        Join(live);
        if (order.Intent.Execution is { } id && _executions.TryGetValue(id, out var execution)) execution.Add(live);
        return live;
    }

    private void Index(LiveOrder live)
    {
        if (live.Order.VenueClientId is { } client) _byVenueClientId[client] = live;
        if (live.Order.VenueOrderId is { } venue) Name(live, venue);
        if (live.Order.ChangedAs is { } changed) _byVenueClientId[changed] = live;
        foreach (var earlier in live.Order.Earlier)
        {
            _byVenueClientId[earlier.VenueClientId] = live;
            Name(live, earlier.VenueOrderId);
        }
    }

    private void Name(LiveOrder live, string venueOrderId)
    {
        if (!_byVenueOrderId.TryGetValue(venueOrderId, out var named)) _byVenueOrderId.Add(venueOrderId, named = []);
        if (!named.Contains(live)) named.Add(live);
    }

    private void Unname(LiveOrder live, string venueOrderId)
    {
        if (_byVenueOrderId.TryGetValue(venueOrderId, out var named) && named.Remove(live) && named.Count == 0) _byVenueOrderId.Remove(venueOrderId);
    }

    private LiveOrder? Find(OrderSnapshot seen) => Find(seen.ClientOrderId, seen.VenueOrderId, seen.Symbol, seen.Side, at: null);

    private LiveOrder? Find(Execution execution) =>
        Find(execution.ClientOrderId, execution.VenueOrderId, execution.Symbol, execution.Side, execution.At);

    /// <summary>
    /// The order that a venue speaks of. Our own id is nobody else's. A venue that begins its ids anew gives one to several: then it
    /// is the newest of that symbol and side that there was by then.
    /// </summary>
    /// <param name="at">When it traded; null of what is so now.</param>
    private LiveOrder? Find(string? venueClientId, string venueOrderId, string symbol, OrderSide? side, DateTimeOffset? at)
    {
        if (venueClientId is not null && _byVenueClientId.TryGetValue(venueClientId, out var byClient)) return byClient;
        if (!_byVenueOrderId.TryGetValue(venueOrderId, out var named)) return null;

        LiveOrder? found = null;
        foreach (var live in named)
        {
            var intent = live.Order.Intent;
            var isOther = (_bySymbol.TryGetValue(symbol, out var listing) && listing.Instrument.Id != intent.Instrument) || (side ?? intent.Side) != intent.Side;
            if (isOther || live.Order.ApprovedAt is not { } since || at < since - _terms.Overlap) continue;

            // Where clocks differ, an order may have traded before it was there.
            if (found is null || (at < found.Order.ApprovedAt ? since < found.Order.ApprovedAt : since > found.Order.ApprovedAt && !(at < since))) found = live;
        }

        return found;
    }

    private void Reserve(Listing listing, Order order, decimal quantity)
    {
        if (quantity > 0) _risk.Reserve(listing.Index, order.Intent, quantity, OnlyReduces(order.Intent));
        else if (quantity < 0) _risk.Release(listing.Index, order.Intent, -quantity, OnlyReduces(order.Intent));
    }

    private static bool OnlyReduces(OrderIntent intent) => intent.ReduceOnly;

    /// <summary>What risk has to count as on its way.</summary>
    private static decimal Counted(Order order) => IsCounted(order.Status) ? order.Leaves : 0;

    private static bool IsCounted(OrderStatus status) => status is not OrderStatus.Requested && !status.IsFinal();

    /// <summary>An instrument as the venue lists it, by the index that the engines call it by.</summary>
    private sealed class Listing(int index, Instrument instrument, VenueInstrument terms)
    {
        public int Index { get; } = index;

        public Instrument Instrument { get; } = instrument;

        /// <summary>Strategies and slices trade whole shares, here as in a session: of a part of one venues take neither a stop nor an order that stays.</summary>
        public Instrument Whole { get; } = InstrumentNaming.IsEquity(instrument.Id) ? instrument with { Lot = Math.Max(instrument.Lot, 1) } : instrument;

        public VenueInstrument Terms { get; set; } = terms;

        /// <summary>When the market last told a price; null where it has told none since the start.</summary>
        public DateTimeOffset? PricedAt { get; set; }

        /// <summary>Of the price that the position is worth, which may be one that was traded at; null where there is none.</summary>
        public DateTimeOffset? MarkedAt { get; set; }

        /// <summary>When the position last changed.</summary>
        public DateTimeOffset MovedAt { get; set; }
    }

    /// <summary>An order, and what is known of it that need not be stored: after a restart the venue is asked again.</summary>
    private sealed class LiveOrder(Order order)
    {
        public Order Order { get; set; } = order;

        /// <summary>As its strategy has it; null where it is none's.</summary>
        public WorkingOrder? Working { get; init; }

        /// <summary>It is being sent, canceled, replaced or asked for.</summary>
        public bool IsBusy { get; set; }

        /// <summary>It was submitted by this engine and has not been given out to be sent.</summary>
        public bool IsToBeSent { get; set; }

        /// <summary>The venue is to be asked where it stands.</summary>
        public bool IsInDoubt { get; set; }

        /// <summary>The venue has canceled it while a change of it has no answer: another may stand in its place.</summary>
        public bool IsChangeAwaited { get; set; }

        /// <summary>How often the venue was asked in vain.</summary>
        public int Asked { get; set; }

        /// <summary>Not before this is anything more done for it.</summary>
        public DateTimeOffset NotBefore { get; set; }

        /// <summary>When it, or a change of it, may last have left, for all we know.</summary>
        public DateTimeOffset? SentAt { get; set; }

        /// <summary>When the venue was last asked where it stands.</summary>
        public DateTimeOffset AskedAt { get; set; }

        /// <summary>The venue's name of what it has in the order's place, where that was not asked for yet.</summary>
        public string? ReplacedBy { get; set; }

        /// <summary>The most that the venue has said to have filled of what it has now.</summary>
        private decimal MostFilled { get; set; }

        /// <summary>As <see cref="MostFilled"/>, of what it had before; null where it never had anything else.</summary>
        private Dictionary<string, decimal>? MostFilledEarlier { get; set; }

        /// <summary>Fills that the venue's own sum has no room for yet.</summary>
        public List<Execution> Waiting { get; } = [];

        /// <summary>What the venue has now is done, it says, and fills are still missing.</summary>
        public OrderSnapshot? LastWord { get; set; }

        /// <summary>For sure it has not left.</summary>
        public bool IsUnsent => Order.Status == OrderStatus.Approved || (Order.Status == OrderStatus.Submitted && IsToBeSent);

        /// <summary>The exits that it is one of, or the entry of.</summary>
        public ExitGroup? Group { get; set; }

        /// <summary>The parent order that it is a slice of.</summary>
        public LiveExecution? Execution { get; set; }

        public bool IsMissingFills => MissingAs is not null;

        /// <summary>The venue's name of what it has said more fills of than are booked; null where none are missing.</summary>
        public string? MissingAs
        {
            get
            {
                var current = Order.VenueOrderId ?? "";
                if (MostFilled > Order.FilledAs(current).Quantity) return current;

                return MostFilledEarlier?.FirstOrDefault(m => m.Value > Order.FilledAs(m.Key).Quantity).Key;
            }
        }

        /// <summary>The most that the venue has said to have filled of what it calls so; null where it was not heard of.</summary>
        public decimal? MostFilledAs(string venueOrderId) =>
            !Order.WasEarlier(venueOrderId) ? MostFilled
            : MostFilledEarlier is not null && MostFilledEarlier.TryGetValue(venueOrderId, out var most) ? most
            : null;

        public void Saw(string venueOrderId, decimal filled)
        {
            if (!Order.WasEarlier(venueOrderId)) MostFilled = Math.Max(MostFilled, filled);
            else (MostFilledEarlier ??= new(StringComparer.Ordinal))[venueOrderId] = Math.Max(MostFilledAs(venueOrderId) ?? 0, filled);
        }

        /// <summary>Another takes the place of what the venue has now.</summary>
        public void Replace(string venueOrderId)
        {
            ReplacedBy = null;
            if (Order.VenueOrderId is not { } current || current == venueOrderId) return;

            (MostFilledEarlier ??= new(StringComparer.Ordinal))[current] = MostFilled;
            MostFilled = 0;
        }

        /// <summary>The venue's name of it, where it works there though it is final here; null where it does not.</summary>
        public string? WorksAs { get; set; }

        public bool IsDone => Order.Status.IsFinal() && !IsBusy && !IsInDoubt && !IsMissingFills && WorksAs is null;

        /// <summary>It may trade at the venue, or have traded there what is not booked yet.</summary>
        public bool IsOut => Order is { SubmittedAt: not null, Status: not OrderStatus.Approved } && !IsDone;

        /// <summary>What of it may trade yet.</summary>
        public decimal AtVenue => IsOut ? Math.Max(Order.Quantity - Order.Filled, 0) : 0;

        /// <summary>It is not done, and nobody has asked to take it back.</summary>
        public bool IsWanted => !Order.Status.IsFinal() && Order.CancelReason is null;
    }
}
