namespace AlgoStack.Benchmarks.Orders;

/// <summary>What became of a run of orders, of which the venue has every one.</summary>
/// <param name="Latencies">Seconds from request to venue, the shortest first.</param>
/// <param name="Took">Seconds from the first request until the venue had the last order.</param>
internal sealed record OrderRun(IReadOnlyList<double> Latencies, double Took)
{
    /// <param name="share">As in 0.99; by nearest rank.</param>
    public double Percentile(double share) => Latencies[(int)Math.Ceiling(share * Latencies.Count) - 1];
}
