using AlgoStack.Contracts.Signals;

namespace AlgoStack.Signal.Strategies;

/// <summary>
/// What a session runs from its first batch to its last, in the stream <c>strategies-{session}-{partition}</c>. Stored for
/// ever, so the shape is added to, never changed.
/// </summary>
public sealed record StrategiesChosen(string SessionId, int Partition, IReadOnlyList<StrategyChoice> Strategies)
{
    public static string StreamOf(string sessionId, int partition) => $"strategies-{sessionId}-{partition}";
}
