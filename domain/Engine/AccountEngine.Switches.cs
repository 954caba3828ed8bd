using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <content>
/// Switches, and the way out that they may ask for. Like all that is done at a venue it follows from the state: while a flattening
/// is in force and not done, what works is taken back, and what is held and not being closed is closed.
/// </content>
public sealed partial class AccountEngine
{
    private readonly HashSet<string> _flattened = new(StringComparer.Ordinal);
    private TradingSwitches _switches = TradingSwitches.Active;
    private DateTimeOffset? _nextClosingAt;
    private int _closings;

    /// <summary>A way out was asked for, and something is still held or works.</summary>
    public bool IsFlattening => !_switches.Flattenings.All(f => _flattened.Contains(f.Id));

    /// <summary>From now on these switches hold; what they stop, <see cref="Release"/> denies.</summary>
    public void Use(TradingSwitches switches)
    {
        if (ReferenceEquals(switches, _switches)) return;

        _risk.Global = switches.Global;
        _risk.Switch(switches.Account);
        foreach (var strategy in _switches.Strategies.Keys) _risk.Switch(strategy, TradingState.Active);
        foreach (var (strategy, state) in switches.Strategies) _risk.Switch(strategy, state);
        _switches = switches;
        (_nextClosingAt, _closings) = (null, 0);
    }

    /// <summary>The code of the switch that an order must not pass any more, as far as the order itself tells; null where it may.</summary>
    public static string? StoppedBy(TradingStates states, OrderIntent intent) => states.Strictest switch
    {
        _ when intent.Closes => null,
        TradingState.Halted => "halted",
        TradingState.Reducing when !OnlyReduces(intent) => "reduce_only",
        _ => null,
    };

    /// <summary>As above, for an order that counts as working: one that risk has seen to only reduce passes, too.</summary>
    private string? StoppedBy(Order order)
    {
        var states = _risk.StatesOf(order.Intent.Strategy);
        var code = StoppedBy(states, order.Intent);
        return code is not null && states.Strictest == TradingState.Reducing && _listings.TryGetValue(order.Intent.Instrument, out var listing) &&
            _risk.Reduces(listing.Index, order.Intent) ? null : code;
    }

    /// <summary>Denies what has not left and must not any more, and calls off changes that were not asked for yet.</summary>
    private void Stop(DateTimeOffset now)
    {
        foreach (var live in _orders.Values.Where(o => !o.IsBusy && (o.IsUnsent || o.Order.Change is not null)).ToList())
        {
            // An exit that waits goes on waiting: what it closes is held all the same.
            if (live.Order is { Status: OrderStatus.Approved, Intent.Leg: not null } || StoppedBy(live.Order) is not { } code) continue;

            if (live.IsUnsent) Decide(live, new OrderDenied(live.Order.Id, code, "The switch was thrown before the order had left.", now));
            else Decide(live, new OrderReplaceRefused(live.Order.Id, $"{code}: the switch was thrown before the change had left.", now));
        }
    }

    private void Flatten(DateTimeOffset now)
    {
        if (_nextClosingAt <= now) _nextClosingAt = null;
        foreach (var flattening in _switches.Flattenings)
        {
            if (!_flattened.Contains(flattening.Id)) Flatten(flattening, now);
        }
    }

    private void Flatten(Flattening flattening, DateTimeOffset now)
    {
        StopExecutions("canceled", flattening.Reason, now, strategy: flattening.Strategy);
        var isFlat = IsProven;
        foreach (var live in _orders.Values.Where(o => !o.IsDone && IsOf(o.Order.Intent, flattening)).ToList())
        {
            isFlat = false;
            if (!live.Order.Intent.Closes && live.NotBefore <= now) Cancel(live.Order.Id, flattening.Reason, now);
        }

        var isPaused = _nextClosingAt is not null;
        var isClosing = false;
        foreach (var listing in _listings.Values.Where(_ => IsProven))
        {
            var quantity = Closable(listing, flattening.Strategy);
            if (quantity == 0) continue;

            isFlat = false;
            if (isPaused || _orders.Values.Any(o => o.Order.Intent.Closes && o.Order.Intent.Instrument == listing.Instrument.Id && !o.Order.Status.IsFinal())) continue;

            // Named for the moment, too: what was refused is tried anew, by an order of its own.
            PlaceToMarket($"{flattening.Id}\n{now.UtcTicks}", listing, -quantity, flattening.Strategy ?? Closing, closes: true, now);
            isClosing = true;
        }

        if (isClosing) _nextClosingAt = now + PauseAfter(_closings++);
        if (isFlat) Decide(new AccountFlattened(_terms.Account, flattening.Id, now));
    }

    /// <summary>What may be closed by one order at the market: signed, in whole lots, of a strategy no more than the account holds.</summary>
    private decimal Closable(Listing listing, string? strategy)
    {
        var held = _portfolio.Position(listing.Index).Quantity;
        var own = strategy is null ? held : _risk.Held(strategy, listing.Index);
        if (decimal.Sign(own) != decimal.Sign(held)) return 0;

        return decimal.Sign(held) * AsOneOrder(listing, Math.Min(Math.Abs(own), Math.Abs(held)));
    }

    /// <summary>As much of it as one order at the market may be for, in whole lots.</summary>
    private static decimal AsOneOrder(Listing listing, decimal quantity) =>
        listing.Instrument.FloorQuantity(Math.Min(quantity, listing.Terms.MostOf(OrderType.Market) ?? quantity));

    /// <summary>When a flattening is to be looked at again, whatever comes in.</summary>
    private DateTimeOffset? NextClosingAt() => IsFlattening ? _nextClosingAt : null;

    private static bool IsOf(OrderIntent intent, Flattening flattening) => (flattening.Strategy ?? intent.Strategy) == intent.Strategy;
}
