namespace AlgoStack.Backtesting.Sweeps;

/// <summary>A journal that is not this sweep's, or no journal.</summary>
public sealed class SweepJournalException(string message, Exception? cause = null) : Exception(message, cause);
