using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.Executions;

/// <summary>When a slice is due, and for how much.</summary>
public sealed class ExecutionPlanTests
{
    private static readonly DateTimeOffset Start = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);
    private static readonly Instrument Apple = new(new InstrumentId("AAPL.VEN"), 0.01m, 1, "USD");

    [Fact]
    public void Equal_steps_of_time_get_equal_slices_and_the_last_what_is_left()
    {
        var plan = Twap(10, 3);

        Run(plan, steps: [0, 1, 2]).Should().Equal(3, 3, 4);
        plan.Due(Apple, Start.AddSeconds(-1), 0, null).Should().BeNull("it has not begun");
        plan.Due(Apple, Start.AddMinutes(3), 6, null).Should().BeNull("its time is over");
    }

    [Fact]
    public void What_was_missed_is_spread_over_the_steps_to_come()
    {
        Run(Twap(100, 10), steps: [0, 1, 5, 6, 7, 8, 9]).Should().Equal(10, 10, 16, 16, 16, 16, 16);
        Run(Twap(100, 10), steps: [9]).Should().Equal(100);
    }

    [Fact]
    public void A_profile_gives_each_step_its_share_and_a_step_without_volume_nothing()
    {
        Run(Vwap(100, 1, 2, 1), steps: [0, 1, 2]).Should().Equal(25, 50, 25);
        Run(Vwap(100, 1, 0, 3, 0), steps: [0, 1, 2, 3]).Should().Equal(25, 75);
        Run(Vwap(100, 1, 0, 3, 0), steps: [1, 3]).Should().BeEmpty("what has no volume trades nothing, though all was missed");
    }

    [Fact]
    public void What_a_slice_has_not_traded_is_taken_back_for_the_next_one()
    {
        var plan = Twap(90, 3);

        plan.Due(Apple, Start.AddSeconds(30), 10, new NewestSlice(Start, 20)).Should().Be(new SliceDue(20, ReplacesEarlier: false), "its step is not over");
        plan.Due(Apple, Start.AddMinutes(1), 10, new NewestSlice(Start, 20)).Should().Be(new SliceDue(40, ReplacesEarlier: true));
    }

    [Fact]
    public void An_iceberg_shows_the_same_quantity_until_less_is_left()
    {
        var plan = Iceberg(25, 10);

        plan.Due(Apple, Start, 0, null).Should().Be(new SliceDue(10, ReplacesEarlier: false));
        plan.Due(Apple, Start.AddDays(20), 20, new NewestSlice(Start, 0)).Should().Be(new SliceDue(5, ReplacesEarlier: false));
        plan.Due(Apple, Start, 25, new NewestSlice(Start, 0)).Should().BeNull();
        plan.NextAt(Start).Should().BeNull();
    }

    [Fact]
    public void The_plan_changes_at_its_start_at_each_step_and_at_its_end()
    {
        var plan = Twap(10, 7);
        var (changes, at) = (new List<DateTimeOffset>(), Start.AddHours(-1));
        while (plan.NextAt(at) is { } next)
        {
            next.Should().BeAfter(at);
            changes.Add(at = next);
        }

        changes.Should().HaveCount(8);
        changes[0].Should().Be(Start);
        changes[^1].Should().Be(Start.AddMinutes(7));
    }

    [Fact]
    public void Slices_never_come_to_more_than_the_plan_and_to_all_of_it_where_no_step_or_not_the_last_is_missed() => Prop.ForAll(Arb.From(Plans), p =>
    {
        var (plan, steps) = p;
        var sent = Run(plan, steps);
        var isAll = steps.Count == plan.Slices || (plan.VolumeProfile is null && steps.Contains(plan.Slices - 1));
        sent.TrueForAll(quantity => quantity > 0 && quantity % 1 == 0).Should().BeTrue();
        sent.Sum().Should().BeLessThanOrEqualTo(plan.Quantity);
        if (isAll) sent.Sum().Should().Be(plan.Quantity);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void After_any_downtime_a_slice_is_its_share_of_what_is_left() => Prop.ForAll(Arb.From(Plans.Where(p => p.Plan.VolumeProfile is null)), p =>
    {
        var (plan, traded) = (p.Plan, 0m);
        foreach (var step in p.Steps)
        {
            var quantity = plan.Due(Apple, Start.AddMinutes(step), traded, null)?.Quantity ?? 0;
            quantity.Should().Be(Math.Floor((plan.Quantity - traded) / (plan.Slices - step)));
            traded += quantity;
        }
    }).QuickCheckThrowOnFailure();

    private static Gen<(ExecutionPlan Plan, List<int> Steps)> Plans =>
        from slices in Gen.Choose(1, 40)
        from quantity in Gen.Choose(1, 1_000)
        from weights in Gen.ListOf(Gen.Choose(0, 9), slices)
        from hasProfile in Gen.Elements(true, false)
        from kept in Gen.ListOf(Gen.Choose(0, 2), slices)
        from isUp in Gen.Elements(true, false)
        let profile = weights.Select(w => (decimal)w).ToArray()
        let plan = hasProfile && profile.Sum() > 0 ? Vwap(quantity, profile) : Twap(quantity, slices)
        select (plan, Enumerable.Range(0, slices).Where(i => isUp || kept[i] > 0).ToList());

    /// <summary>What is sent where there is somebody to send it in these steps alone, and all of it trades.</summary>
    private static List<decimal> Run(ExecutionPlan plan, List<int> steps)
    {
        var sent = new List<decimal>();
        NewestSlice? newest = null;
        foreach (var now in steps.Select(s => Start.AddMinutes(s).AddSeconds(1)))
        {
            if (plan.Due(Apple, now, sent.Sum(), newest) is not { } due) continue;

            sent.Add(due.Quantity);
            newest = new NewestSlice(now, 0);
        }

        return sent;
    }

    private static ExecutionPlan Twap(decimal quantity, int slices) => new(
        "x", "main", "manual", Apple.Id, OrderSide.Buy, quantity, ExecutionAlgorithm.Twap, null, Start, Start.AddMinutes(slices), slices);

    private static ExecutionPlan Vwap(decimal quantity, params decimal[] profile) => Twap(quantity, profile.Length) with { Algorithm = ExecutionAlgorithm.Vwap, VolumeProfile = profile };

    private static ExecutionPlan Iceberg(decimal quantity, decimal display) => new(
        "x", "main", "manual", Apple.Id, OrderSide.Buy, quantity, ExecutionAlgorithm.Iceberg, 100, Start, null, 0)
    {
        DisplayQuantity = display,
    };
}
