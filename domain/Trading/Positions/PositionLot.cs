namespace AlgoStack.Trading.Positions;

/// <summary>Units that came in together and are still held.</summary>
/// <param name="Quantity">Signed: above zero long, below zero short.</param>
/// <param name="Price">In the instrument's currency.</param>
/// <param name="Commission">Of these units, paid when they came in.</param>
public readonly record struct PositionLot(DateTimeOffset OpenedAt, decimal Quantity, decimal Price, decimal Commission);
