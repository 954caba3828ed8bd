namespace AlgoStack.Backtesting.Sweeps;

/// <summary>What came of one combination: its figures, or the error it ended with.</summary>
/// <param name="Index">Its place in the sweep, from 0.</param>
/// <param name="Parameters">As in <c>fast=12 slow=26</c>.</param>
public sealed record SweepOutcome(int Index, string Parameters, SweepFigures? Figures, string? Error);
