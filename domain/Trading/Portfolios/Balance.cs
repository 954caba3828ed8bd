namespace AlgoStack.Trading.Portfolios;

/// <summary>One currency of an account. Equity is cash and the positions quoted in it at their last close.</summary>
public readonly record struct Balance(
    string Currency, decimal Opening, decimal Cash, decimal Equity, decimal RealizedPnl, decimal Commission);
