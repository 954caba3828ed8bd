namespace AlgoStack.Benchmarks.Measuring;

/// <summary>A line of the table that has no limit to compare with, only what it may be at most.</summary>
/// <param name="Floor">At most; in <paramref name="Unit"/>.</param>
internal sealed record Bound(string Work, string Unit, double Floor, double Goal, Func<double> Measure)
{
    /// <summary>The median of so many measurements.</summary>
    public BoundMeasurement Take(int rounds)
    {
        double[] values = [.. Enumerable.Range(0, rounds).Select(_ => Measure()).Order()];
        return new BoundMeasurement(this, values[values.Length / 2]);
    }
}

internal sealed record BoundMeasurement(Bound Bound, double Value)
{
    public bool HoldsFloor => Value <= Bound.Floor;

    public bool ReachesGoal => Value <= Bound.Goal;
}
