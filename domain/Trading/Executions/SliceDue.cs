namespace AlgoStack.Trading.Executions;

/// <summary>The next slice of a parent order.</summary>
/// <param name="Quantity">In whole lots, above zero.</param>
/// <param name="ReplacesEarlier">What an earlier slice has not traded is to be taken back for it; else it waits until that is done.</param>
public readonly record struct SliceDue(decimal Quantity, bool ReplacesEarlier);

/// <summary>The slice that was decided last.</summary>
/// <param name="Left">Of what it was to trade.</param>
public readonly record struct NewestSlice(DateTimeOffset At, decimal Left);
