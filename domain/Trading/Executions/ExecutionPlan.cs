using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Executions;

/// <summary>
/// A parent order and how it is to be worked. When a slice is due, and for how much, is a function of the plan, the time, what has
/// traded and the newest slice: so whoever goes on with it, after whatever time, goes on with the same.
/// </summary>
/// <param name="Quantity">Of all slices together, in whole lots.</param>
/// <param name="Slices">Equal steps of time from start to end; 0 of an iceberg.</param>
/// <param name="LimitPrice">Of each slice; null sends them to the market.</param>
/// <param name="EndAt">From then on no slice leaves, and what works is taken back; null of an iceberg that stays until it has traded.</param>
public sealed record ExecutionPlan(
    string ExecutionId,
    string Account,
    string Strategy,
    InstrumentId Instrument,
    OrderSide Side,
    decimal Quantity,
    ExecutionAlgorithm Algorithm,
    decimal? LimitPrice,
    DateTimeOffset StartAt,
    DateTimeOffset? EndAt,
    int Slices)
{
    /// <summary>How much of an iceberg is at the venue at a time.</summary>
    public decimal? DisplayQuantity { get; init; }

    /// <summary>What volume is expected in each step, in any unit; null where all are alike.</summary>
    public IReadOnlyList<decimal>? VolumeProfile { get; init; }

    /// <summary>The largest slice that the plan has, where all goes as planned; 0 where every one is less than a lot.</summary>
    public decimal LargestSlice(Instrument instrument)
    {
        if (Algorithm == ExecutionAlgorithm.Iceberg) return instrument.FloorQuantity(DisplayQuantity!.Value);

        return VolumeProfile is { } profile ? instrument.FloorQuantity(Quantity * profile.Max() / profile.Sum()) : instrument.FloorQuantity(Quantity / Slices);
    }

    /// <summary>
    /// The slice that is due; null where none is. Of a step of time it is the share that the step has of what is left of the plan: what
    /// was missed is spread over the steps to come, and the last takes all. What the venue did not trade and gave up on is sent again.
    /// </summary>
    /// <param name="traded">By all slices so far.</param>
    /// <param name="newest">Null where there was none.</param>
    public SliceDue? Due(Instrument instrument, DateTimeOffset now, decimal traded, NewestSlice? newest)
    {
        var open = Quantity - traded;
        if (open <= 0 || now < StartAt || now >= EndAt) return null;

        // An iceberg shows the same again and again.
        if (Algorithm == ExecutionAlgorithm.Iceberg) return Slice(Math.Min(DisplayQuantity!.Value, open), replacesEarlier: false);

        var step = StepAt(now);
        return newest is { } known && known.At >= BeginOf(step)
            ? Slice(Math.Min(known.Left, open), replacesEarlier: false)
            : Slice(ShareOf(step, open), replacesEarlier: true);

        SliceDue? Slice(decimal quantity, bool replacesEarlier) =>
            instrument.FloorQuantity(quantity) is > 0 and var whole ? new SliceDue(whole, replacesEarlier) : null;
    }

    /// <summary>When the plan next changes by time alone; null where it does no more.</summary>
    public DateTimeOffset? NextAt(DateTimeOffset now)
    {
        if (now < StartAt) return StartAt;
        if (now >= EndAt || Algorithm == ExecutionAlgorithm.Iceberg) return now < EndAt ? EndAt : null;

        return BeginOf(StepAt(now) + 1);
    }

    private DateTimeOffset BeginOf(int step) => StartAt + TimeSpan.FromTicks((long)((Int128)Span * step / Slices));

    private int StepAt(DateTimeOffset now)
    {
        var step = (int)((Int128)(now - StartAt).Ticks * Slices / Span);

        // A step begins on a whole tick, which may be just before its share of the time is over.
        return step + 1 < Slices && now >= BeginOf(step + 1) ? step + 1 : step;
    }

    private long Span => (EndAt!.Value - StartAt).Ticks;

    /// <summary>Of what is open when the step begins: all of it in the last one that has a share.</summary>
    private decimal ShareOf(int step, decimal open)
    {
        if (VolumeProfile is not { } profile) return open / (Slices - step);

        var rest = 0m;
        for (var i = step; i < Slices; i++) rest += profile[i];

        // What is rounded on the way must not leave a lot behind.
        return rest == profile[step] ? (rest == 0 ? 0 : open) : open * profile[step] / rest;
    }
}
