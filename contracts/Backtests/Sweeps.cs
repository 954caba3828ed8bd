namespace AlgoStack.Contracts.Backtests;

/// <summary>
/// Runs a strategy over bars of the tape once for each combination of its parameters, shared out to every instance of the
/// backtest service: <c>POST /api/backtest/sweeps</c>. Each as the command line writes it.
/// </summary>
/// <param name="Strategy">By name, with <c>@A.SIM,B.SIM</c> on those instruments alone.</param>
/// <param name="Grid">As in <c>fast=5..50:5 slow=20..200:10</c>; empty for the strategy's own parameters.</param>
/// <param name="Random">Draw so many; null: all.</param>
/// <param name="Seed">Of the draw and of the Monte-Carlo.</param>
/// <param name="Measure">What is best, such as <c>sharpe</c>.</param>
/// <param name="Limit">Seconds after which one combination is given up; null: none.</param>
/// <param name="Models">Null: a paper account's.</param>
public sealed record StartSweep(
    string Strategy,
    IReadOnlyList<string> Instruments,
    string Timeframe,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string Grid = "",
    int? Random = null,
    ulong Seed = 1,
    string Measure = "sharpe",
    double? Limit = null,
    ModelChoices? Models = null);

/// <summary>Some neighbouring combinations of a sweep, for whoever takes them: one message, one worker.</summary>
/// <param name="Part">From 0.</param>
/// <param name="From">The first combination's place in the sweep, from 0.</param>
public sealed record RunSweepPart(string SweepId, int Part, int From, int Count);

/// <summary>A sweep, how far it is and what it came to: <c>GET /api/backtest/sweeps/{id}</c>.</summary>
/// <param name="State"><c>running</c>, <c>completed</c>, <c>canceled</c> or <c>failed</c>.</param>
/// <param name="Combinations">All that are tried.</param>
/// <param name="LeftOut">Those that do not go together, as a fast length above a slow one.</param>
/// <param name="PartSize">Combinations of a part; the last may have fewer.</param>
/// <param name="Bars">Of the tape, all instruments together.</param>
/// <param name="FirstClose">Of the first bar.</param>
/// <param name="PlanHash">SHA-256 of all that the outcomes hang on beside the bars.</param>
/// <param name="Done">Combinations that are through, failed ones included.</param>
/// <param name="Failed">Of those, the ones that ended with an error.</param>
/// <param name="Best">By the measure, so far; null while none has it.</param>
/// <param name="Assessment">Once it is completed; null where there is too little to hold the best against.</param>
/// <param name="ErrorCode">Why it failed, such as <c>tape_changed</c>.</param>
public sealed record SweepView(
    string SweepId,
    string State,
    StartSweep Request,
    int Combinations,
    int LeftOut,
    int PartSize,
    int Bars,
    DateTimeOffset FirstClose,
    DateTimeOffset LastClose,
    string DataHash,
    string PlanHash,
    int Done,
    int Failed,
    SweepBest? Best,
    SweepAssessmentView? Assessment,
    string? ErrorCode,
    string? Error,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt);

/// <param name="Index">The combination's place in the sweep, from 0.</param>
/// <param name="Parameters">As in <c>fast=12 slow=26</c>.</param>
/// <param name="Value">Of the measure.</param>
public sealed record SweepBest(int Index, string Parameters, double Value);

/// <summary>What the best is worth, held against how many were tried and against other orders of its days.</summary>
/// <param name="Parameters">Of the one with the best Sharpe ratio.</param>
/// <param name="BestSharpe">Its ratio, annualised; null when no combination moved.</param>
/// <param name="ExpectedSharpe">What the best of as many without merit is expected to show, annualised.</param>
/// <param name="DeflatedSharpe">The probability that the best is above zero though it was chosen.</param>
/// <param name="OverfittingProbability">How often the best of one half of the days is below the median of the other.</param>
/// <param name="LossProbability">How often it loses there.</param>
/// <param name="LeftOut">Combinations without daily returns, of which this knows nothing.</param>
/// <param name="ReturnP5">Total return that 5 in 100 orders of the days are below; as the others, of the best by the measure.</param>
/// <param name="DrawdownP95">The maximum drawdown that 95 in 100 are below.</param>
public sealed record SweepAssessmentView(
    string Parameters,
    double? BestSharpe,
    double ExpectedSharpe,
    double? DeflatedSharpe,
    double OverfittingProbability,
    double LossProbability,
    int LeftOut,
    double? ReturnP5,
    double? ReturnP95,
    double? DrawdownP5,
    double? DrawdownP95);
