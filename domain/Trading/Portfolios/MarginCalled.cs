namespace AlgoStack.Trading.Portfolios;

/// <summary>Equity of a currency has fallen below what its positions ask for: all of them are closed.</summary>
/// <param name="Required">Maintenance margin of the positions.</param>
public sealed record MarginCalled(string Account, string Currency, decimal Equity, decimal Required, DateTimeOffset At);
