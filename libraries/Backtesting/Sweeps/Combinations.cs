namespace AlgoStack.Backtesting.Sweeps;

/// <summary>What a sweep tries, in its order.</summary>
/// <param name="Parameters">Each as in <c>fast=12 slow=26</c>.</param>
/// <param name="LeftOut">Those that were come across and do not go together, as a fast length above a slow one.</param>
public sealed record Combinations(IReadOnlyList<string> Parameters, int LeftOut);
