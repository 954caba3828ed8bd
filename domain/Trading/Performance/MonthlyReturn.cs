namespace AlgoStack.Trading.Performance;

/// <summary>What the days of a month come to, compounded, as a fraction.</summary>
/// <param name="Month">1 to 12.</param>
public readonly record struct MonthlyReturn(int Year, int Month, double Value);
