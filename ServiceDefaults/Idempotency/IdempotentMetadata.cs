namespace AlgoStack.ServiceDefaults.Idempotency;

/// <summary>Of an endpoint whose requests may carry a key.</summary>
internal sealed class IdempotentMetadata;
