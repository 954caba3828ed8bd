using System.Collections.ObjectModel;

namespace AlgoStack.Trading.Risk;

/// <summary>What an account may do, and what each of its strategies may: an order needs both. Never changed, only replaced.</summary>
/// <param name="RiskPercent">Share of a currency's equity that one entry is sized at, in percent.</param>
/// <param name="PositionPercent">The most that one instrument's net position may be worth, in percent of its currency's equity.</param>
public sealed record RiskLimits(decimal RiskPercent, decimal PositionPercent)
{
    public static RiskLimits Default { get; } = new(10, 25);

    /// <summary>Null for a cash account: it buys for the cash it has, and a short is bound by <see cref="PositionPercent"/> alone.</summary>
    public MarginModel? Margin { get; init; }

    /// <summary>Of all that the account does.</summary>
    public TradingLimits Account { get; init; } = TradingLimits.None;

    /// <summary>Of what a strategy does, by its name; one that is not among them has no limits but the account's.</summary>
    public IReadOnlyDictionary<string, TradingLimits> Strategies { get; init; } = ReadOnlyDictionary<string, TradingLimits>.Empty;

    /// <summary>Whether they allow the same, figure by figure.</summary>
    public bool AreAs(RiskLimits other) =>
        this with { Account = other.Account, Strategies = other.Strategies } == other && Account.AreAs(other.Account) &&
        Strategies.Count == other.Strategies.Count &&
        Strategies.All(s => other.Strategies.TryGetValue(s.Key, out var limits) && s.Value.AreAs(limits));
}
