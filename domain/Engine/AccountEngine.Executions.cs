using System.Globalization;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <content>
/// Executions: parent orders that are worked in slices. A slice is an order as any other, asked for when the
/// <see cref="ExecutionPlan"/> says that it is due, under an id that follows from its parent and its turn; so all that holds of orders
/// (sent once, stopped by switches, denied by risk, held back by the gate) holds of slices. Where a parent stands is read off its
/// slices before every commit, and it goes on from the log wherever it was cut off.
/// <para>
/// One slice at a time: the next one leaves when nothing of the one before can trade any more. So the slices that are at the venue,
/// and what all of them have traded, never come to more than the parent.
/// </para>
/// </content>
public sealed partial class AccountEngine
{
    /// <summary>Of an account, that have not ended.</summary>
    public const int MostExecutions = 100;

    /// <summary>After so many slices in a row that the venue did not take or keep, an execution is over.</summary>
    private const int MostSlicesRefused = 5;

    private readonly Dictionary<string, LiveExecution> _executions = new(StringComparer.Ordinal);

    /// <summary>Parent orders that have not ended, or had not a moment ago.</summary>
    public IEnumerable<ExecutionProgress> Executions => _executions.Values.Select(x => x.Progress);

    /// <summary>
    /// Takes a parent order, unless one of its id is known. Null where its slices leave from now on as they are due, else why it is not
    /// taken: codes as of <see cref="Place(OrderIntent, DateTimeOffset)"/>, <c>quantity_below_lot</c>, <c>quantity_off_lot</c>,
    /// <c>too_many_executions</c>. Risk is asked for each slice when it is due.
    /// </summary>
    public (string Code, string Reason)? Execute(ExecutionPlan plan, DateTimeOffset now)
    {
        if (_executions.ContainsKey(plan.ExecutionId)) return null;
        if (_executions.Values.Count(x => x.Ended is null) >= MostExecutions) return ("too_many_executions", $"Expected at most {MostExecutions} at a time, found as many.");
        if (!_listings.TryGetValue(plan.Instrument, out var listing)) return ("unknown_instrument", $"{_terms.Venue} lists no {plan.Instrument}.");

        var (instrument, largest) = (listing.Whole, plan.LargestSlice(listing.Whole));
        if (instrument.FloorQuantity(plan.Quantity) != plan.Quantity)
            return ("quantity_off_lot", string.Create(CultureInfo.InvariantCulture, $"{plan.Quantity} is no whole number of lots of {instrument.Lot}."));
        if (largest == 0) return ("quantity_below_lot", string.Create(CultureInfo.InvariantCulture, $"Each slice of {plan.Quantity} would be less than one lot, which is {instrument.Lot}."));
        if (Refusal(SliceOf(plan, turn: 0, AtMost(listing, plan, largest), now)) is { } refusal) return refusal;

        Decide(new ExecutionRequested(plan, now));
        return null;
    }

    /// <summary>The parent order, where it has not ended or had not a moment ago.</summary>
    public ExecutionProgress? FindExecution(string execution) => _executions.TryGetValue(execution, out var known) ? known.Progress : null;

    /// <summary>Ends a parent order: no slice leaves any more, and what works is taken back. Of one that has ended nothing.</summary>
    public void CancelExecution(string execution, string reason, DateTimeOffset now)
    {
        if (_executions.TryGetValue(execution, out var known)) Stop(known, "canceled", reason, now);
    }

    private void StopExecutions(string code, string reason, DateTimeOffset now, InstrumentId? instrument = null, string? strategy = null)
    {
        foreach (var execution in _executions.Values)
        {
            var plan = execution.Plan;
            if ((instrument ?? plan.Instrument) == plan.Instrument && (strategy ?? plan.Strategy) == plan.Strategy) Stop(execution, code, reason, now);
        }
    }

    private void Stop(LiveExecution execution, string code, string reason, DateTimeOffset now)
    {
        if (execution.Stopped is null && execution.Ended is null) Decide(new ExecutionStopped(execution.Plan.ExecutionId, _terms.Account, code, reason, now));
    }

    private void TendExecutions(DateTimeOffset now)
    {
        foreach (var execution in _executions.Values.Where(x => x.Ended is null)) Tend(execution, now);
    }

    private void Tend(LiveExecution execution, DateTimeOffset now)
    {
        var (plan, slices) = (execution.Plan, execution.Slices);
        execution.NextAt = plan.NextAt(now);
        var refused = Refusals(slices);
        if (now >= plan.EndAt) Stop(execution, "time_over", "its time is over", now);
        if (refused >= MostSlicesRefused) Stop(execution, "refused", $"the venue took or kept none of its last {refused} slices", now);

        if (execution.Stopped is not null || execution.Traded >= plan.Quantity)
        {
            TakeBackSlices(execution, execution.Stopped?.Reason ?? "all has traded", now);
            if (slices.TrueForAll(s => s.IsDone)) End(execution, now);
            return;
        }

        if (!_listings.TryGetValue(plan.Instrument, out var listing) || plan.Due(listing.Whole, now, execution.Traded, execution.Newest) is not { } due) return;

        if (!slices.TrueForAll(s => s.IsDone))
        {
            if (due.ReplacesEarlier) TakeBackSlices(execution, "the next slice is due", now);
            return;
        }

        // At once again what was refused would be refused again.
        if (!due.ReplacesEarlier && refused > 0 && slices[^1].NotBefore + PauseAfter(refused - 1) is var again && again > now) execution.NextAt = Earliest(execution.NextAt, again);
        else SendSlice(execution, listing, AtMost(listing, plan, due.Quantity), now);
    }

    /// <summary>Asks for a slice, unless it would have to wait: then it is looked at again with whatever comes in, and after a while.</summary>
    private void SendSlice(LiveExecution execution, Listing listing, decimal quantity, DateTimeOffset now)
    {
        var plan = execution.Plan;
        var intent = SliceOf(plan, execution.Slices.Count, quantity, now);
        if (!listing.Terms.IsTradable || HeldBackBecause(plan.Instrument) is not null || MustWait(_risk.Foresee(listing.Index, intent, ContextOf(listing, intent, now)).Rule))
        {
            execution.NextAt = Earliest(execution.NextAt, now + PauseAfter(execution.Waits++));
            return;
        }

        execution.Waits = 0;
        if (listing.Terms.WhyNot(ToVenue(new Order(intent)), intent.ReferencePrice > 0 ? intent.ReferencePrice : null) is { } why)
        {
            // What is too little for an order goes with the next slice, where there is more to come.
            if (quantity == plan.Quantity - execution.Traded) Stop(execution, "venue_rules", why, now);
            return;
        }

        Place(intent, now);
        if (Events is [.., OrderDenied denied]) Stop(execution, denied.Code, denied.Reason, now);
        if (execution.Stopped is not null) End(execution, now);
    }

    /// <summary>Whether a slice that risk denies so may pass later. What limits say of it is final.</summary>
    private static bool MustWait(RiskRule rule) => rule is RiskRule.Halted or RiskRule.ReduceOnly or RiskRule.MarketClosed or RiskRule.MarketUnknown
        or RiskRule.ClockSkew or RiskRule.ClockSkewUnknown or RiskRule.NoPrice or RiskRule.StalePrice or RiskRule.OrderRate or RiskRule.MarginCall;

    private OrderIntent SliceOf(ExecutionPlan plan, int turn, decimal quantity, DateTimeOffset now)
    {
        var type = TypeOf(plan);
        return new OrderIntent(
            ClientOrderId.ForSlice(plan.ExecutionId, turn),
            _terms.Account,
            plan.Strategy,
            plan.Instrument,
            plan.Side,
            quantity,
            type,
            plan.LimitPrice ?? PriceOf(plan.Instrument) ?? 0,
            SignalId: null,
            now)
        {
            LimitPrice = plan.LimitPrice,
            TimeInForce = type == OrderType.Market ? MarketTime : RestingTime(type),
            Execution = plan.ExecutionId,
            Turn = turn,
        };
    }

    /// <summary>No more than the venue takes in one order.</summary>
    private static decimal AtMost(Listing listing, ExecutionPlan plan, decimal quantity) =>
        listing.Terms.MostOf(TypeOf(plan)) is { } most && most < quantity ? listing.Whole.FloorQuantity(most) : quantity;

    private static OrderType TypeOf(ExecutionPlan plan) => plan.LimitPrice is null ? OrderType.Market : OrderType.Limit;

    private void TakeBackSlices(LiveExecution execution, string reason, DateTimeOffset now)
    {
        foreach (var slice in execution.Slices.Where(s => !s.IsDone))
        {
            Withdraw(slice, reason, now);
            if (slice is { IsOut: true, IsWanted: true } && slice.NotBefore > now) execution.NextAt = Earliest(execution.NextAt, slice.NotBefore);
        }
    }

    private void End(LiveExecution execution, DateTimeOffset now)
    {
        var (plan, left) = (execution.Plan, Math.Max(execution.Plan.Quantity - execution.Traded, 0));
        var (code, reason) = left == 0 || execution.Stopped is not { } stopped ? ("filled", "all has traded") : (stopped.Code, stopped.Reason);
        Decide(new ExecutionEnded(plan.ExecutionId, _terms.Account, code, reason, execution.Traded, left, now));
    }

    /// <summary>When an execution is to be looked at again, whatever comes in.</summary>
    private DateTimeOffset? NextSliceAt()
    {
        DateTimeOffset? next = null;
        foreach (var execution in _executions.Values)
        {
            if (execution is { Ended: null, NextAt: { } at }) next = Earliest(at, next);
        }

        return next;
    }

    private void Decide(ExecutionEvent e)
    {
        Events.Add(e);
        Apply(e);
    }

    private void Apply(ExecutionEvent stored)
    {
        switch (stored)
        {
            case ExecutionRequested requested:
                var execution = new LiveExecution(requested);
                _executions.Add(stored.ExecutionId, execution);
                foreach (var slice in _orders.Values.Where(o => o.Order.Intent.Execution == stored.ExecutionId)) execution.Add(slice);
                break;
            case ExecutionStopped stopped:
                _executions[stored.ExecutionId].Stopped = stopped;
                break;
            case ExecutionEnded ended:
                _executions[stored.ExecutionId].Ended = ended;
                break;
        }
    }

    /// <summary>A parent order, and what is known of it that need not be stored.</summary>
    private sealed class LiveExecution(ExecutionRequested requested)
    {
        public ExecutionPlan Plan => requested.Plan;

        public ExecutionStopped? Stopped { get; set; }

        public ExecutionEnded? Ended { get; set; }

        /// <summary>By their turns.</summary>
        public List<LiveOrder> Slices { get; } = [];

        /// <summary>When it is to be looked at again, whatever comes in.</summary>
        public DateTimeOffset? NextAt { get; set; }

        /// <summary>How often in a row a slice that was due had to wait.</summary>
        public int Waits { get; set; }

        public decimal Traded => Slices.Sum(s => s.Order.Filled);

        public NewestSlice? Newest => Slices is [.., { Order: var order }] ? new NewestSlice(order.Intent.At, Math.Max(order.Intent.Quantity - order.Filled, 0)) : null;

        public ExecutionProgress Progress => new(Plan, requested.At, Stopped, Ended, Traded, Slices.Sum(s => s.Order.FilledValue));

        public void Add(LiveOrder live)
        {
            live.Execution = this;
            Slices.Insert(Slices.FindLastIndex(o => o.Order.Intent.Turn < live.Order.Intent.Turn) + 1, live);
        }
    }
}
