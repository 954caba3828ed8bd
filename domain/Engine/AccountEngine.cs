using AlgoStack.Trading.Accounts;
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
    private readonly Dictionary<string, LiveOrder> _byVenueOrderId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DriftFound> _drifts = new(StringComparer.Ordinal);

    public AccountEngine(AccountTerms terms, PortfolioKeeper portfolio, RiskEngine risk)
    {
        _terms = terms;
        _portfolio = portfolio;
        _risk = risk;
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
        _listings.Add(instrument.Id, listing);
        _bySymbol.Add(terms.Symbol, listing);
    }

    public bool Has(InstrumentId instrument) => _listings.ContainsKey(instrument);

    /// <summary>Takes the newest price of one of the venue's symbols; of one that is not known nothing.</summary>
    public void OnPrice(string symbol, double price, DateTimeOffset at)
    {
        if (!_bySymbol.TryGetValue(symbol, out var listing) || at < listing.PricedAt) return;

        listing.PricedAt = at;
        _portfolio.Mark(listing.Index, price);
    }

    /// <summary>The newest price of an instrument, on its tick; null where none is known.</summary>
    public decimal? PriceOf(InstrumentId instrument) =>
        _listings.TryGetValue(instrument, out var listing) && listing.PricedAt is not null ? _portfolio.LastPrice(listing.Index) : null;

    /// <summary>The order, where it is not done or was not a moment ago.</summary>
    public Order? Find(ClientOrderId order) => _orders.TryGetValue(order, out var live) ? live.Order : null;

    /// <summary>Whether what a venue says of an order can be taken: one that is done was forgotten, and is to be recalled first.</summary>
    public bool Knows(OrderSnapshot seen) => Find(seen.VenueOrderId, seen.ClientOrderId) is not null;

    /// <inheritdoc cref="Knows(OrderSnapshot)"/>
    public bool Knows(Execution execution) => Find(execution.VenueOrderId, execution.ClientOrderId) is not null;

    /// <summary>Takes an order from its stream: one that is not done when the engine is made, a done one when the venue speaks of it.</summary>
    public void Recall(Order order)
    {
        if (_orders.ContainsKey(order.Id)) return;

        var live = new LiveOrder(order);
        _orders.Add(order.Id, live);
        Index(live);
        if (_listings.TryGetValue(order.Intent.Instrument, out var listing)) Reserve(listing, order, Counted(order));
    }

    /// <summary>Drops orders that are done, and of which nothing is expected, from memory.</summary>
    public void Forget()
    {
        foreach (var live in _orders.Values.Where(o => o.IsDone).ToList())
        {
            _orders.Remove(live.Order.Id);
            if (live.Order.VenueClientId is { } client) _byVenueClientId.Remove(client);
            if (live.Order.VenueOrderId is { } venue) _byVenueOrderId.Remove(venue);
        }
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
                Apply(live, e, isReserved: false);
                break;
            case PositionEvent e:
                _portfolio.Restore(_listings[e.Instrument].Index, new Position(e.Quantity, e.AveragePrice, e.RealizedPnl));
                break;
            case CashMoved e:
                _portfolio.Restore(e.Currency, e.Balance);
                break;
            case AccountOpened e:
                _openedAt = e.At;
                _provenAt = e.At;
                foreach (var balance in e.Balances) _openingBalances[balance.Asset] = balance.Total;
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
            case DriftFound e:
                _drifts[e.DriftId] = e;
                break;
            case DriftResolved e:
                if (_drifts.Remove(e.DriftId, out var drift) && (e.Resolution == "dismissed" || drift.Kind is DriftKind.ForeignFill or DriftKind.ForeignOrder))
                    _dismissed.Add(e.DriftId);
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
        foreach (var live in _orders.Values)
        {
            if (live.Order.Status == OrderStatus.Submitted) Decide(live, new OrderBecameUnknown(live.Order.Id, "the service ended before the venue had answered", now));
        }
    }

    /// <summary>What is held of an instrument, and what it will be once all that works has traded.</summary>
    public (decimal Held, decimal Expected) PositionOf(InstrumentId instrument)
    {
        if (!_listings.TryGetValue(instrument, out var listing)) return (0, 0);

        var held = _portfolio.Position(listing.Index).Quantity;
        return (held, held + _orders.Values.Where(o => o.Order.Intent.Instrument == instrument && IsCounted(o.Order.Status)).Sum(o => o.Order.SignedLeaves));
    }

    private void Decide(LiveOrder live, OrderEvent e, bool isReserved = false)
    {
        Events.Add(e);
        Apply(live, e, isReserved);
    }

    private void Decide(AccountEvent e)
    {
        Events.Add(e);
        Apply(e);
    }

    private void Apply(LiveOrder live, OrderEvent e, bool isReserved)
    {
        var before = Counted(live.Order);
        live.Order = live.Order.Apply(e);
        if (e is OrderSubmitted or OrderAccepted or OrderReplaced) Index(live);
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

    private void Index(LiveOrder live)
    {
        if (live.Order.VenueClientId is { } client) _byVenueClientId[client] = live;
        if (live.Order.VenueOrderId is { } venue) _byVenueOrderId[venue] = live;
    }

    private LiveOrder? Find(string venueOrderId, string? venueClientId) =>
        venueClientId is not null && _byVenueClientId.TryGetValue(venueClientId, out var byClient) ? byClient
        : _byVenueOrderId.TryGetValue(venueOrderId, out var byVenue) ? byVenue
        : null;

    private void Reserve(Listing listing, Order order, decimal quantity)
    {
        if (quantity > 0) _risk.Reserve(listing.Index, order.Intent, quantity, OnlyReduces(order.Intent));
        else if (quantity < 0) _risk.Release(listing.Index, order.Intent, -quantity, OnlyReduces(order.Intent));
    }

    /// <summary>It closes what is held, or what the order before it has opened.</summary>
    private static bool OnlyReduces(OrderIntent intent) => intent.ReduceOnly || intent.After is not null;

    /// <summary>What risk has to count as on its way.</summary>
    private static decimal Counted(Order order) => IsCounted(order.Status) ? order.Leaves : 0;

    private static bool IsCounted(OrderStatus status) => status is not OrderStatus.Requested && !status.IsFinal();

    /// <summary>An instrument as the venue lists it, by the index that the engines call it by.</summary>
    private sealed class Listing(int index, Instrument instrument, VenueInstrument terms)
    {
        public int Index { get; } = index;

        public Instrument Instrument { get; } = instrument;

        public VenueInstrument Terms { get; set; } = terms;

        /// <summary>Null while no price is known.</summary>
        public DateTimeOffset? PricedAt { get; set; }
    }

    /// <summary>An order, and what is known of it that need not be stored: after a restart the venue is asked again.</summary>
    private sealed class LiveOrder(Order order)
    {
        public Order Order { get; set; } = order;

        /// <summary>It is being sent, canceled, replaced or asked for.</summary>
        public bool IsBusy { get; set; }

        /// <summary>It was submitted by this engine and has not been given out to be sent, or came back for sure not sent.</summary>
        public bool IsToBeSent { get; set; }

        /// <summary>The venue is to be asked where it stands.</summary>
        public bool IsInDoubt { get; set; }

        /// <summary>How often the venue was asked in vain.</summary>
        public int Asked { get; set; }

        /// <summary>Not before this is anything more done for it.</summary>
        public DateTimeOffset NotBefore { get; set; }

        /// <summary>When the last copy of it was sent, for all we know.</summary>
        public DateTimeOffset? SentAt { get; set; }

        /// <summary>The most that the venue has said to have filled.</summary>
        public decimal MostFilled { get; set; }

        /// <summary>Fills that the venue's own sum has no room for yet.</summary>
        public List<Execution> Waiting { get; } = [];

        /// <summary>It says that the order is done, and fills of it are still missing.</summary>
        public OrderSnapshot? LastWord { get; set; }

        public bool IsMissingFills => MostFilled > Order.Filled;

        public bool IsDone => Order.Status.IsFinal() && !IsBusy && !IsInDoubt && !IsMissingFills;
    }
}
