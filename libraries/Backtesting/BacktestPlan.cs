using AlgoStack.Simulation;
using AlgoStack.Strategies;

namespace AlgoStack.Backtesting;

/// <summary>What to run over bars, and with which models.</summary>
public sealed record BacktestPlan(IReadOnlyList<ConfiguredStrategy> Strategies, TradingSettings Settings)
{
    /// <summary>One for all backtests: equal runs have equal order ids.</summary>
    public const string Account = "backtest";

    /// <summary>Every model by name, as a result tells it.</summary>
    public IReadOnlyDictionary<string, string> Models => new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["borrowing"] = Settings.BorrowPercent > 0
            ? Text($"{Settings.BorrowPercent} % a year of what is short, by calendar days of 360 in a year")
            : "free",
        ["commission"] = Settings.Venue.Commission.Description,
        ["corporate actions"] = "splits change positions and waiting orders, dividends change cash",
        ["fills"] = "market orders at the next bar's open; stops before limits where a bar touches both",
        ["latency"] = Text($"{Settings.Venue.Latency.TotalMilliseconds} ms"),
        ["margin"] = Settings.Limits.Margin is { } margin
            ? Text($"{margin.InitialPercent} % to open, {margin.MaintenancePercent} % to keep; a call closes all of its currency at the next open")
            : "none: a cash account",
        ["opening balance"] = Text($"{Settings.OpeningBalance} of each currency"),
        ["participation"] = Settings.Venue.Participation is { } share ? Text($"at most {share * 100} % of a bar's volume") : "all that is wanted",
        ["position limit"] = Text($"{Settings.Limits.PositionPercent} % of equity"),
        ["size of an entry"] = Text($"{Settings.Limits.RiskPercent} % of equity"),
        ["slippage"] = Settings.Venue.Slippage.Description,
    };

    /// <summary>The same over quotes and trades.</summary>
    public IReadOnlyDictionary<string, string> ModelsOfTicks => new SortedDictionary<string, string>(Models.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal)
    {
        ["fills"] = "quotes and trades: market orders at the ask or bid that stands, limits when quotes reach them or trades pass them, stops when trades reach them",
        ["participation"] = Settings.Venue.Participation is { } share ? Text($"at most {share * 100} % of the size of a quote or a trade") : "all that is wanted",
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
