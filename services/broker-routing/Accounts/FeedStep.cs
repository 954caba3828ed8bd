namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>How an account's position in a counted feed moves on.</summary>
/// <param name="From">Where it stands: what is decided by then is decided.</param>
public sealed record FeedStep(string Consumer, int Partition, long From, long To);
