namespace AlgoStack.Protocols;

internal enum CaseOutcome
{
    Passed,
    Failed,

    /// <summary>Market data: of ingestion's adapters, not of brokers.</summary>
    NotOfExecution,
}

/// <param name="File">Venue's folder and file.</param>
/// <param name="Title">What the case is about, in words that several venues may share; null where it does not say.</param>
/// <param name="Why">What was expected and what was found, where it failed.</param>
internal sealed record CaseResult(string Venue, string File, string Id, string? Title, CaseOutcome Outcome, string? Why = null);
