namespace AlgoStack.VenueSim.Books;

/// <summary>One fill, with how the order stood after it.</summary>
internal sealed record Execution(
    string Id, Order Order, decimal Qty, decimal Price, decimal Cumulative, decimal Leaves, decimal PositionQty, DateTimeOffset At);
