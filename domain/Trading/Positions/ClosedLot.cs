namespace AlgoStack.Trading.Positions;

/// <summary>Units of one lot that went out with one fill.</summary>
/// <param name="Quantity">Signed as the lot was: above zero of a long.</param>
/// <param name="Commission">The units' share of what was paid at both ends.</param>
public readonly record struct ClosedLot(
    DateTimeOffset OpenedAt, DateTimeOffset ClosedAt, decimal Quantity, decimal OpenPrice, decimal ClosePrice, decimal Commission)
{
    /// <summary>Before commission.</summary>
    public decimal RealizedPnl => Quantity * (ClosePrice - OpenPrice);
}
