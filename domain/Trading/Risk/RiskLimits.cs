namespace AlgoStack.Trading.Risk;

/// <summary>What an account may do.</summary>
/// <param name="RiskPercent">Share of a currency's equity that one entry is sized at, in percent.</param>
/// <param name="PositionPercent">The most that one instrument's net position may be worth, in percent of its currency's equity.</param>
public sealed record RiskLimits(decimal RiskPercent, decimal PositionPercent)
{
    public static RiskLimits Default { get; } = new(10, 25);

    /// <summary>Null for a cash account: it buys for the cash it has, and a short is bound by <see cref="PositionPercent"/> alone.</summary>
    public MarginModel? Margin { get; init; }
}

public enum TradingState
{
    Active,
    Halted,
}

/// <summary>Risk's word on one order: <paramref name="Code"/> is null when it may go, else stable, with the reason in words.</summary>
public readonly record struct RiskDecision(string? Code, string? Reason)
{
    public static RiskDecision Allowed { get; } = new(null, null);

    public bool IsAllowed => Code is null;
}
