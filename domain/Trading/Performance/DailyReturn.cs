namespace AlgoStack.Trading.Performance;

/// <summary>
/// What a UTC day made of the equity before it, as a fraction; -1 when nothing or next to nothing was left, less for a debt.
/// </summary>
public readonly record struct DailyReturn(DateOnly Day, double Value);
