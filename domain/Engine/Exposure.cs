namespace AlgoStack.Engine;

/// <summary>What positions may come to be worth, whichever of the orders on their way trade.</summary>
/// <param name="Gross">Longs and shorts alike, each at its most.</param>
/// <param name="Net">Longs less shorts, or shorts less longs for a sell, where only what is on that side trades.</param>
internal readonly record struct Exposure(decimal Gross, decimal Net);
