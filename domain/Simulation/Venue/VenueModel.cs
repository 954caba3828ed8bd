namespace AlgoStack.Simulation.Venue;

/// <summary>How the simulated venue differs from one that trades everything at once for nothing.</summary>
/// <param name="Latency">From an order's cause to its arrival at the venue; 0 or more.</param>
/// <param name="Participation">
/// The most of a bar's volume that one account can trade, above 0 to 1; null for all it wants, even of a bar without volume.
/// </param>
public sealed record VenueModel(CommissionModel Commission, SlippageModel Slippage, TimeSpan Latency, double? Participation)
{
    /// <summary>5 basis points of commission and nothing else: what a paper account trades at.</summary>
    public static VenueModel Paper { get; } = new(new CommissionModel.Percent(0.05m), SlippageModel.None, TimeSpan.Zero, Participation: null);
}
