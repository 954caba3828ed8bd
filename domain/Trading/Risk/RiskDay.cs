namespace AlgoStack.Trading.Risk;

/// <summary>What a day's limits count from. Who owns an account keeps it, so that a restart makes no new day.</summary>
/// <param name="Strategy">Null for the account itself.</param>
/// <param name="Day">UTC days since 1970-01-01.</param>
/// <param name="Currency">As in a <see cref="Portfolios.Balance"/>.</param>
/// <param name="Equity">The day's first. Of a strategy: what it has made of nothing.</param>
/// <param name="Orders">How many have left so far.</param>
public readonly record struct RiskDay(string? Strategy, long Day, string Currency, decimal Equity, int Orders);
