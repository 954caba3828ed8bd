namespace AlgoStack.Contracts.Orders;

/// <summary>Stop all new orders: <c>POST /halt</c>. A reason is required, as for all switches.</summary>
/// <param name="Account">Of this account at a venue alone; null for everybody.</param>
/// <param name="Strategy">Of this strategy of the account alone.</param>
/// <param name="Flatten">Take back what works, too, and close what is held, at the market. Of accounts at venues.</param>
public sealed record HaltTrading(string Reason, string? Account = null, string? Strategy = null, bool? Flatten = null);

/// <summary>Allow only what makes a position smaller: <c>POST /reduce</c>.</summary>
/// <inheritdoc cref="HaltTrading" path="/param"/>
public sealed record ReduceTrading(string Reason, string? Account = null, string? Strategy = null);

/// <summary>Allow orders again: <c>POST /resume</c>. What a wider switch stops stays stopped.</summary>
/// <inheritdoc cref="HaltTrading" path="/param"/>
public sealed record ResumeTrading(string Reason, string? Account = null, string? Strategy = null);

/// <summary>A switch as it was last thrown: <c>GET /trading</c> has all of them.</summary>
/// <param name="State"><c>Active</c>, <c>Reducing</c> or <c>Halted</c>.</param>
/// <param name="Account">Null for everybody's.</param>
/// <param name="Strategy">Null for all of the account.</param>
/// <param name="Flatten">It asked for all to be closed.</param>
public sealed record TradingSwitchView(string State, string Reason, DateTimeOffset At, string? Account, string? Strategy, bool Flatten);

public sealed record TradingHalted(string Reason, DateTimeOffset At, string? Account = null, string? Strategy = null);

public sealed record TradingReduced(string Reason, DateTimeOffset At, string? Account = null, string? Strategy = null);

public sealed record TradingResumed(string Reason, DateTimeOffset At, string? Account = null, string? Strategy = null);
