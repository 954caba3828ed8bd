using System.Globalization;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <content>
/// The gate, and what opens it. A statement of the venue is taken piece by piece while orders trade, so a difference counts only
/// when two statements in a row show the same one and nothing was booked meanwhile.
/// </content>
public sealed partial class AccountEngine
{
    /// <summary>A proof is written down at least so often, which bounds how far back a restart asks for fills.</summary>
    private static readonly TimeSpan ProofEvery = TimeSpan.FromHours(1);

    private readonly Dictionary<string, decimal> _openingBalances = new(StringComparer.Ordinal);
    private readonly HashSet<string> _dismissed = new(StringComparer.Ordinal);
    private readonly HashSet<LiveOrder> _awaited = [];
    private Dictionary<string, Difference> _suspected = new(StringComparer.Ordinal);
    private VenueStatement? _statement;
    private DateTimeOffset? _openedAt;
    private DateTimeOffset? _provenAt;
    private DateTimeOffset? _nextStatementAt;
    private DateTimeOffset _bookedAt;
    private bool _isConnected;
    private bool _isReconciling;
    private int _missedFills;
    private int _statementsFailed;

    /// <summary>The venue's stream is there.</summary>
    public bool IsConnected => _isConnected;

    /// <summary>When a statement of the venue was last compared to its end, drifts or not; null while this engine has compared none.</summary>
    public DateTimeOffset? ComparedAt { get; private set; }

    /// <summary>The venue tells of everything from here on; what was missed before is asked for.</summary>
    public void OnConnected(DateTimeOffset now)
    {
        _isConnected = true;
        _nextStatementAt = now;
    }

    /// <summary>Something may have been missed: no order leaves until the account is proven again.</summary>
    public void OnStreamLost(string reason, DateTimeOffset now)
    {
        _isConnected = false;
        Gate(reason, now);
    }

    /// <summary>Something was missed, while the connection stands.</summary>
    public void OnGap(string reason, DateTimeOffset now)
    {
        Gate(reason, now);
        _nextStatementAt = now;
    }

    /// <summary>Compares the account now.</summary>
    public void Reconcile(DateTimeOffset now) => _nextStatementAt = now;

    /// <summary>A statement could not be had: it is asked for again, and the second time that this happens nothing is proven any more.</summary>
    public void OnStatementFailed(string reason, DateTimeOffset now)
    {
        _isReconciling = false;
        if (!IsProven || _statementsFailed > 0) Gate(reason, now);
        _nextStatementAt = Earliest(_nextStatementAt, now + PauseAfter(_statementsFailed++));
    }

    /// <summary>
    /// Takes what came of <see cref="AccountWork.Reconcile"/>. Instruments that it names were added before, and orders that its
    /// fills are of were recalled.
    /// </summary>
    public void OnStatement(VenueStatement statement, DateTimeOffset now)
    {
        _isReconciling = false;
        _statement = statement;
        _statementsFailed = 0;
        _missedFills = 0;
        if (!IsOpened) Open(statement, now);

        foreach (var execution in statement.Executions)
        {
            if (Find(execution) is { } live && !live.Order.TradeIds.Contains(execution.TradeId)) Await(live, execution, now);
        }

        var listed = new HashSet<LiveOrder>();
        foreach (var seen in statement.OpenOrders)
        {
            if (Find(seen) is not { } live) continue;

            listed.Add(live);
            See(live, seen, now);
        }

        // What works in our books, and is not in a list that may have been made before it was sent, is asked for one by one.
        foreach (var live in _orders.Values)
        {
            var works = live.Order.Status is OrderStatus.Accepted or OrderStatus.PartiallyFilled;
            if (live.Order.Status == OrderStatus.Unknown || live.IsMissingFills || (works && !listed.Contains(live))) Await(live, null, now);
        }

        // Who is not known now may be one of ours, once all of them were asked for; who is known now may be forgotten by then.
        _statement = statement with
        {
            Executions = [.. statement.Executions.Where(e => !Knows(e))],
            OpenOrders = [.. statement.OpenOrders.Where(o => !Knows(o))],
        };
    }

    /// <summary>A person's word on a difference. Null where it is taken, else why not.</summary>
    /// <param name="adopt">Whether the venue's figure becomes ours; else the difference is left as it is, and not told again.</param>
    public string? Resolve(string driftId, bool adopt, string reason, DateTimeOffset now)
    {
        if (!_drifts.TryGetValue(driftId, out var drift)) return $"Drift {driftId}: expected one that is not resolved, found none.";

        if (adopt) Adopt(drift, reason, now);
        Decide(new DriftResolved(_terms.Account, driftId, adopt ? "adopted" : "dismissed", reason, now));
        if (adopt && drift.Kind == DriftKind.Position)
        {
            foreach (var fill in _drifts.Values.Where(d => d.Kind == DriftKind.ForeignFill && d.Subject == drift.Subject).ToList())
                Decide(new DriftResolved(_terms.Account, fill.DriftId, "adopted", reason, now));
        }

        _nextStatementAt = now;
        return null;
    }

    private bool CanAskForStatement => _isConnected && !_isReconciling && _statement is null;

    private bool WantsStatement(DateTimeOffset now) => CanAskForStatement && _nextStatementAt <= now;

    private void Gate(string reason, DateTimeOffset now)
    {
        _statement = null;
        _awaited.Clear();
        if (IsProven || GatedBecause != reason) Decide(new AccountGated(_terms.Account, reason, now));
    }

    private void Open(VenueStatement statement, DateTimeOffset now)
    {
        Decide(new AccountOpened(_terms.Account, _terms.Venue, statement.Balances, statement.Positions, statement.AskedAt));
        foreach (var balance in statement.Balances)
        {
            _portfolio.Restore(balance.Asset, balance.Total);
            Move(balance.Asset, balance.Total, "opening", null, null, now);
        }

        if (_terms.Capabilities.Positions == PositionKind.Listed)
        {
            foreach (var position in statement.Positions)
            {
                if (_bySymbol.TryGetValue(position.Symbol, out var listing)) Adjust(listing, position.Quantity, position.AveragePrice, "held when the account was opened", now);
            }
        }

        _risk.OpenBooks();
    }

    /// <summary>The statement counts only once the venue has been asked for this order.</summary>
    private void Await(LiveOrder live, Execution? execution, DateTimeOffset now)
    {
        if (execution is not null)
        {
            live.Outgrow(execution);
            if (live.Waiting.TrueForAll(e => e.TradeId != execution.TradeId)) live.Waiting.Add(execution);
        }

        _awaited.Add(live);
        if (live.Order.Status != OrderStatus.Unknown) live.IsInDoubt = true;
        live.NotBefore = now;
        live.Asked = 0;
    }

    /// <summary>Compares, once every order that the statement left open has been asked for: looked at before every commit, whatever has come in.</summary>
    private void SettleStatement(DateTimeOffset now)
    {
        if (_statement is not { } statement) return;

        _awaited.RemoveWhere(o => !o.IsBusy && (o.Asked > (o.ReplacedBy is null ? 0 : 1) || !(o.IsInDoubt || o.IsMissingFills || o.Order.Status == OrderStatus.Unknown)));
        if (_awaited.Count > 0) return;

        _statement = null;
        Foreign(statement, now);
        BookActions(now);
        TakePayments(statement, now);
        var differences = Differences(statement).ToDictionary(d => d.Id, StringComparer.Ordinal);
        var isDisturbed = _bookedAt >= statement.AskedAt;
        var unconfirmed = differences.Values.Any(d => !_drifts.ContainsKey(d.Id) && !_dismissed.Contains(d.Id) && (isDisturbed || !_suspected.ContainsKey(d.Id)));
        _suspected = differences;
        if (unconfirmed)
        {
            _nextStatementAt = Earliest(_nextStatementAt, now + _terms.FirstPause);
            return;
        }

        foreach (var gone in _drifts.Values.Where(d => d.Kind is DriftKind.Position or DriftKind.Cash && !differences.ContainsKey(d.DriftId)).ToList())
            Decide(new DriftResolved(_terms.Account, gone.DriftId, "gone", "the books and the venue agree", now));
        foreach (var difference in differences.Values.Where(d => !_drifts.ContainsKey(d.Id) && !_dismissed.Contains(d.Id)))
            Decide(new DriftFound(_terms.Account, difference.Id, difference.Kind, difference.Subject, difference.Ours, difference.Venue, difference.ToString(), now));

        var openOrders = _orders.Values.Count(o => o.Order.Status is OrderStatus.Accepted or OrderStatus.PartiallyFilled);
        if (!IsProven || now - _provenAt > ProofEvery) Decide(new AccountReconciled(_terms.Account, openOrders, _missedFills, _drifts.Count, now));
        _nextStatementAt = Earliest(_nextStatementAt, now + _terms.ReconcileEvery);
        ComparedAt = now;
        if (_market.Until > now && _market.Until < _nextStatementAt) _nextStatementAt = _market.Until;
    }

    private IEnumerable<Difference> Differences(VenueStatement statement)
    {
        var balances = statement.Balances.ToDictionary(b => b.Asset, b => b.Total, StringComparer.Ordinal);
        if (_terms.Capabilities.Positions == PositionKind.Listed)
        {
            var positions = statement.Positions.ToDictionary(p => p.Symbol, p => p.Quantity, StringComparer.Ordinal);
            foreach (var (symbol, listing) in _bySymbol)
            {
                var (ours, venue) = (_portfolio.Position(listing.Index).Quantity, positions.GetValueOrDefault(symbol));
                if (ours != venue && !IsUnsettled(listing)) yield return new Difference(DriftKind.Position, symbol, ours, venue);
            }
        }
        else
        {
            foreach (var (symbol, listing) in _bySymbol)
            {
                // A coin that is a currency too, or is bought with several, is compared by its balance below.
                var coin = InstrumentNaming.BaseAsset(listing.Instrument);
                var held = _portfolio.Position(listing.Index).Quantity;
                if (_bySymbol.Values.Count(l => InstrumentNaming.BaseAsset(l.Instrument) == coin) > 1) continue;

                var (ours, venue) = (_portfolio.Cash(coin) + held, balances.GetValueOrDefault(coin));
                if (ours != venue && !IsUnsettled(listing)) yield return new Difference(DriftKind.Position, symbol, ours, venue);
            }
        }

        // Where an order is not settled, neither is what it paid.
        if (_orders.Values.Any(o => o.Order.Status == OrderStatus.Unknown || o.IsMissingFills)) yield break;

        foreach (var (currency, _) in _openingBalances.Where(b => !IsCoinOfListing(b.Key)))
        {
            var (ours, venue) = (_portfolio.Cash(currency), balances.GetValueOrDefault(currency));
            if (ours != venue) yield return new Difference(DriftKind.Cash, currency, ours, venue);
        }
    }

    private bool IsCoinOfListing(string asset) =>
        _terms.Capabilities.Positions == PositionKind.Balances && _bySymbol.Values.Any(l => InstrumentNaming.BaseAsset(l.Instrument) == asset);

    private bool IsUnsettled(Listing listing) => _orders.Values.Any(
        o => o.Order.Intent.Instrument == listing.Instrument.Id && (o.Order.Status == OrderStatus.Unknown || o.IsMissingFills));

    private void Adopt(DriftFound drift, string reason, DateTimeOffset now)
    {
        if (drift.Venue is not { } figure) return;

        if (drift.Kind == DriftKind.Cash)
        {
            var amount = figure - _portfolio.Cash(drift.Subject);
            _portfolio.Restore(drift.Subject, figure);
            _portfolio.Contribute(drift.Subject, amount);
            Move(drift.Subject, amount, "adjustment", null, null, now);
        }
        else if (drift.Kind == DriftKind.Position && _bySymbol.TryGetValue(drift.Subject, out var listing))
        {
            var position = _portfolio.Position(listing.Index);
            Adjust(listing, position.Quantity + figure - drift.Ours!.Value, null, reason, now);
        }
    }

    /// <param name="price">Of the whole position; null keeps what our books have, or takes the last price where they have none.</param>
    private void Adjust(Listing listing, decimal quantity, decimal? price, string reason, DateTimeOffset now)
    {
        var before = _portfolio.Position(listing.Index);
        var average = quantity == 0 ? 0 : price ?? (before.Quantity == 0 ? _portfolio.LastPrice(listing.Index) : before.AveragePrice);
        if (average > 0) MarkFirst(listing, average, now);
        _portfolio.Contribute(listing.Instrument.Currency, (quantity - before.Quantity) * (before.Quantity == 0 ? average : before.AveragePrice));
        _hasMoved = true;
        var adjusted = new PositionAdjusted(
            _terms.Account, listing.Instrument.Id, listing.Instrument.Currency, quantity, average, before.RealizedPnl, now, reason);
        Events.Add(adjusted);
        Apply(adjusted);
        if (!_risk.GiveUp(listing.Index)) return;

        TellStrategies(now);
        Follow(listing, now);
    }

    /// <summary>What is none of ours still: another may have taken the place of one of them.</summary>
    private void Foreign(VenueStatement statement, DateTimeOffset now)
    {
        foreach (var execution in statement.Executions)
        {
            if (Find(execution) is null) Foreign(execution, now);
        }

        foreach (var seen in statement.OpenOrders)
        {
            if (Find(seen) is null) Foreign(seen, now);
        }

        if (statement.OpenOrdersAreComplete) ForgetGone(statement, now);
    }

    private void Foreign(OrderSnapshot seen, DateTimeOffset now)
    {
        foreach (var execution in seen.Executions) Foreign(execution, now);
        if (!seen.Status.IsFinal())
            Found(DriftKind.ForeignOrder, seen.VenueOrderId, seen.Symbol, null, $"{seen.Side} {seen.Quantity?.ToString(CultureInfo.InvariantCulture) ?? "?"} {seen.Symbol}, order {seen.VenueOrderId} ({seen.ClientOrderId ?? "no id of ours"})", now);
    }

    private void Foreign(Execution execution, DateTimeOffset now)
    {
        if (_openedAt is { } opened && execution.At <= opened) return;

        // A venue may name its own order alone, and one of ours whose name there is not known yet may be that one.
        if (execution.ClientOrderId is null && _orders.Values.Any(o => IsUnnamed(o.Order, execution.Symbol))) return;

        var quantity = execution.Side == OrderSide.Buy ? execution.Quantity : -execution.Quantity;
        Found(
            DriftKind.ForeignFill,
            execution.TradeId,
            execution.Symbol,
            quantity,
            string.Create(CultureInfo.InvariantCulture, $"{execution.Side} {execution.Quantity} {execution.Symbol} at {execution.Price}, trade {execution.TradeId} of order {execution.VenueOrderId}"),
            now);
    }

    private bool IsUnnamed(Order order, string symbol) =>
        order is { VenueOrderId: null, SubmittedAt: not null } && !order.Status.IsFinal() && _listings[order.Intent.Instrument].Terms.Symbol == symbol;

    private void Found(DriftKind kind, string key, string subject, decimal? figure, string detail, DateTimeOffset now)
    {
        var id = $"{kind}:{key}";
        if (_drifts.ContainsKey(id) || _dismissed.Contains(id)) return;

        Decide(new DriftFound(_terms.Account, id, kind, subject, null, figure, detail, now));
        if (kind == DriftKind.ForeignFill) _nextStatementAt = now;
    }

    /// <summary>What was taken for somebody else's turns out to be of an order of ours.</summary>
    private void ResolveOwn(DriftKind kind, string key, ClientOrderId order, DateTimeOffset now)
    {
        if (_drifts.ContainsKey($"{kind}:{key}")) Decide(new DriftResolved(_terms.Account, $"{kind}:{key}", "gone", $"it is of order {order}", now));
    }

    private void ForgetGone(VenueStatement statement, DateTimeOffset now)
    {
        foreach (var drift in _drifts.Values.Where(d => d.Kind == DriftKind.ForeignOrder).ToList())
        {
            if (!statement.OpenOrders.Any(o => drift.DriftId == $"{DriftKind.ForeignOrder}:{o.VenueOrderId}"))
                Decide(new DriftResolved(_terms.Account, drift.DriftId, "gone", "it works no more", now));
        }
    }

    /// <summary>What our books and a statement do not agree on.</summary>
    private sealed record Difference(DriftKind Kind, string Subject, decimal Ours, decimal Venue)
    {
        /// <summary>Of the difference, not of the figures: they move together while orders trade.</summary>
        public string Id { get; } = string.Create(CultureInfo.InvariantCulture, $"{Kind}:{Subject}:{(Venue - Ours).Normalized()}");

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Subject}: the books say {Ours}, the venue {Venue}.");
    }
}
