namespace AlgoStack.Testing.Venues;

/// <param name="ExecutionId">Unique at the venue for ever.</param>
/// <param name="Order">The venue's own number of the order.</param>
/// <param name="Side">buy or sell.</param>
/// <param name="Price">In USD a unit.</param>
public sealed record VenueFill(
    string ExecutionId, long Order, string ClientOrderId, string Symbol, string Side, decimal Qty, decimal Price, DateTimeOffset At);
