namespace AlgoStack.Trading.Risk;

/// <summary>A way out that a switch asks for: what works is taken back, and what is held is closed at the market.</summary>
/// <param name="Id">Unique: asked for twice, it is done twice.</param>
/// <param name="Strategy">Null for all that the account holds; else what this one has traded.</param>
public sealed record Flattening(string Id, string? Strategy, string Reason);
