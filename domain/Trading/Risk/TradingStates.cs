namespace AlgoStack.Trading.Risk;

/// <summary>The switches that an order passes: everybody's, its account's and its strategy's. The strictest counts.</summary>
public readonly record struct TradingStates(TradingState Global, TradingState Account, TradingState Strategy)
{
    public TradingState Strictest => (TradingState)Math.Max((int)Global, Math.Max((int)Account, (int)Strategy));

    /// <summary>The widest scope that is in a state; <see cref="RiskScope.Strategy"/> where neither of the wider ones is.</summary>
    public RiskScope ScopeOf(TradingState state) =>
        Global == state ? RiskScope.Global : Account == state ? RiskScope.Account : RiskScope.Strategy;
}
