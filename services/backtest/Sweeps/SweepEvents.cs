using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>A sweep's life, in the stream <c>sweep-{id}</c>. Stored for ever, so the shapes are added to, never changed.</summary>
/// <param name="Bars">All instruments together.</param>
/// <param name="FirstMs">Close of the first bar, Unix milliseconds UTC.</param>
/// <param name="LastMs">Close of the last bar.</param>
/// <param name="DataHash">Of the bars that the tape had then.</param>
/// <param name="PlanHash">See <see cref="SweepPlan.Hash"/>.</param>
/// <param name="PartSize">Combinations of a part; the last may have fewer.</param>
public sealed record SweepStarted(
    string SweepId,
    StartSweep Request,
    int Bars,
    long FirstMs,
    long LastMs,
    string DataHash,
    string PlanHash,
    int Combinations,
    int LeftOut,
    int PartSize,
    DateTimeOffset At)
{
    public static string StreamOf(string sweepId) => $"sweep-{sweepId}";
}

/// <summary>All combinations of a part are through. A stream has one of each part at most.</summary>
/// <param name="Part">From 0.</param>
/// <param name="Outcomes">In the order of the combinations.</param>
/// <param name="Delivery">How many times the part had been handed out: 1 where its first worker finished it.</param>
public sealed record SweepPartFinished(string SweepId, int Part, IReadOnlyList<SweepOutcome> Outcomes, long Delivery, DateTimeOffset At);

/// <summary>Every part is through.</summary>
/// <param name="Assessment">Null where there is too little to hold the best against.</param>
public sealed record SweepFinished(string SweepId, SweepAssessmentView? Assessment, DateTimeOffset At);

public sealed record SweepCanceled(string SweepId, DateTimeOffset At);

/// <param name="Code">Such as <c>tape_changed</c>.</param>
/// <param name="Reason">In words.</param>
public sealed record SweepBroke(string SweepId, string Code, string Reason, DateTimeOffset At);
