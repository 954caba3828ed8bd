using AlgoStack.Trading.Portfolios;

namespace AlgoStack.Trading.Accounts;

/// <summary>
/// What an account at a venue is worth, each currency by itself: with everything that moves money or units, and from time to time
/// while what is held changes its price. Its equity curve is made of these.
/// </summary>
/// <param name="Prices">The last of every instrument held.</param>
public sealed record AccountValued(
    string Account, IReadOnlyList<Balance> Balances, IReadOnlyDictionary<string, decimal> Prices, DateTimeOffset At) : AccountEvent(Account, At);
