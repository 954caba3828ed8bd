namespace AlgoStack.Trading.Executions;

/// <summary>How a parent order is worked in slices.</summary>
public enum ExecutionAlgorithm
{
    /// <summary>Time-weighted: the same quantity at equal steps of time.</summary>
    Twap,

    /// <summary>Volume-weighted: at equal steps of time, as much as the market's volume is expected to be then.</summary>
    Vwap,

    /// <summary>A limit order of which only a part is shown at a time.</summary>
    Iceberg,
}
