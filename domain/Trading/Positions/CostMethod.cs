namespace AlgoStack.Trading.Positions;

/// <summary>Which units of a position go first, and so what they cost.</summary>
public enum CostMethod
{
    /// <summary>All at the same: their average.</summary>
    Average,

    /// <summary>Those that came in first.</summary>
    Fifo,
}
