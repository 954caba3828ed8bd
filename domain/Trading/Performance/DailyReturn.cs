namespace AlgoStack.Trading.Performance;

/// <summary>What a UTC day made of the equity before it, as a fraction; -1 or below when nothing was left.</summary>
public readonly record struct DailyReturn(DateOnly Day, double Value);
