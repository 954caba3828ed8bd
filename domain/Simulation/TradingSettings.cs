using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Simulation;

/// <summary>What a trading session starts with.</summary>
public sealed record TradingSettings(string Account)
{
    /// <summary>What a paper account opens with.</summary>
    public const decimal PaperBalance = 100_000;

    /// <summary>Of each quote currency.</summary>
    public decimal OpeningBalance { get; init; } = PaperBalance;

    public RiskLimits Limits { get; init; } = RiskLimits.Default;

    public VenueModel Venue { get; init; } = VenueModel.Paper;

    /// <summary>
    /// What it costs to borrow what is short, in percent of its worth a year; 0 for nothing. A year has 360 days, of which the
    /// calendar's are counted: Actual/360 (ISDA Definitions 2006, section 4.16(e)).
    /// </summary>
    public decimal BorrowPercent { get; init; }

    /// <summary>The length of a bar, which latency is measured against.</summary>
    public TimeSpan BarLength { get; init; }
}
