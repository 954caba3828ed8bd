namespace AlgoStack.Contracts.MarketData;

/// <summary>A live feed has said nothing, or cannot be reached, for longer than it may.</summary>
public sealed record FeedWentQuiet(string SessionId, string Provider, DateTimeOffset LastHeard, string Reason);

/// <summary>A feed that was quiet is heard again.</summary>
public sealed record FeedRecovered(string SessionId, string Provider, DateTimeOffset At);
