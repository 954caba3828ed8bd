namespace AlgoStack.Benchmarks.Measuring;

/// <summary>One line of the table: a piece of work against the least that it can take.</summary>
/// <param name="Work">As in the table.</param>
/// <param name="Unit">What a second does, such as events.</param>
/// <param name="Floor">The least ratio of ours to the limit's; for <paramref name="IsTime"/>, the most.</param>
/// <param name="Goal">The ratio that this is for.</param>
/// <param name="Limit">A run of the limit: how much a second, or seconds for <paramref name="IsTime"/>.</param>
/// <param name="Ours">A run of the product's own code.</param>
/// <param name="Expected">What the limit was on a machine of two cores, or null where that was not measured.</param>
/// <param name="IsTime">Runs are seconds, of which fewer are better.</param>
/// <param name="Enough">Seconds that hold the floor whatever the limit takes.</param>
internal sealed record Comparison(
    string Work,
    string Unit,
    double Floor,
    double Goal,
    Func<Task<double>> Limit,
    Func<Task<double>> Ours,
    double? Expected = null,
    bool IsTime = false,
    double Enough = 0)
{
    /// <summary>Runs both in turn, so that a slow minute of the machine is a slow minute for both.</summary>
    public async Task<Measurement> MeasureAsync(int rounds)
    {
        var limits = new List<double>();
        var ours = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            limits.Add(await Limit());
            ours.Add(await Ours());
        }

        return new Measurement(this, Median(limits), Median(ours), Median([.. ours.Zip(limits, (o, l) => o / l)]));
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        var middle = values.Count / 2;
        return values.Count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}

/// <summary>Medians over the rounds; the ratio is the median of each round's own.</summary>
internal sealed record Measurement(Comparison Comparison, double Limit, double Ours, double Ratio)
{
    public bool HoldsFloor => Comparison.IsTime ? Ratio <= Comparison.Floor || Ours <= Comparison.Enough : Ratio >= Comparison.Floor;

    public bool ReachesGoal => Comparison.IsTime ? Ratio <= Comparison.Goal : Ratio >= Comparison.Goal;

    /// <summary>A limit this low was another program's doing, and says nothing about us.</summary>
    public bool IsLimitImplausible => Comparison.Expected is { } expected && Limit < expected / 2;
}
