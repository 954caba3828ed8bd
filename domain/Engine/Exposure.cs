namespace AlgoStack.Engine;

/// <summary>What a currency's positions are worth, and may come to be whichever of the orders on their way trade.</summary>
/// <param name="Equity">Now.</param>
/// <param name="Gross">Longs and shorts alike, each at its most.</param>
/// <param name="Net">Longs less shorts, or shorts less longs for a sell, where only what is on that side trades.</param>
internal readonly record struct Exposure(decimal Equity, decimal Gross, decimal Net);
