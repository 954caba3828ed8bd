namespace AlgoStack.Backtesting.Sweeps;

/// <summary>More than one sweep takes; the message names how many, and the most.</summary>
public sealed class TooManyCombinationsException(string message) : ArgumentException(message);
