namespace AlgoStack.Contracts.Orders;

/// <summary>Stop all new orders: <c>POST /halt</c>.</summary>
public sealed record HaltTrading(string Reason);

/// <summary>Allow orders again: <c>POST /resume</c>. A reason is required.</summary>
public sealed record ResumeTrading(string Reason);

public sealed record TradingHalted(string Reason, DateTimeOffset At);

public sealed record TradingResumed(string Reason, DateTimeOffset At);
