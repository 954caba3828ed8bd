namespace AlgoStack.Trading.Portfolios;

/// <summary>One currency of an account. Equity is cash, what is due, and the positions quoted in it at their last close.</summary>
/// <param name="Opening">What the account began with, and what was paid in since less what was paid out.</param>
public readonly record struct Balance(
    string Currency, decimal Opening, decimal Cash, decimal Equity, decimal RealizedPnl, decimal Commission);
