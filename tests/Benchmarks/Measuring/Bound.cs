namespace AlgoStack.Benchmarks.Measuring;

/// <summary>A line of the table that has no limit to compare with, only what it may be at most.</summary>
/// <param name="Floor">At most; in <paramref name="Unit"/>.</param>
internal sealed record Bound(string Work, string Unit, double Floor, double Goal, Func<Task<double>> Measure)
{
    /// <summary>The median of so many measurements.</summary>
    public async Task<BoundMeasurement> TakeAsync(int rounds)
    {
        var values = new List<double>();
        for (var round = 0; round < rounds; round++) values.Add(await Measure());
        values.Sort();
        return new BoundMeasurement(this, values[values.Count / 2]);
    }
}

internal sealed record BoundMeasurement(Bound Bound, double Value)
{
    public bool HoldsFloor => Value <= Bound.Floor;

    public bool ReachesGoal => Value <= Bound.Goal;
}
