namespace AlgoStack.Contracts.Signals;

/// <summary>
/// The watermark: every strategy has seen every bar of the batch with this <paramref name="Sequence"/>, and these are
/// the signals that came of it, in the order (bar close, instrument id, strategy). Ordered, one a batch.
/// </summary>
/// <param name="ThroughMs">The last instant evaluated, Unix milliseconds UTC.</param>
public sealed record BarsEvaluated(
    string SessionId,
    int Partition,
    long Sequence,
    long ThroughMs,
    bool WarmUp,
    bool EndOfSession,
    IReadOnlyList<SignalRaised> Signals);

/// <summary>
/// A strategy wants to hold <paramref name="Direction"/> of an instrument. Everything but <paramref name="LatencyMs"/>
/// and the figures of backtests is a function of bars and parameters alone.
/// </summary>
/// <param name="Direction"><c>Long</c>, <c>Short</c> or <c>Flat</c>.</param>
/// <param name="Close">Close of the signal's bar.</param>
/// <param name="Score">Confidence, 0 to 1.</param>
/// <param name="Regime"><c>Trending</c>, <c>Ranging</c>, <c>Volatile</c>, <c>Quiet</c> or <c>Unknown</c>.</param>
/// <param name="ExpiryBars">Bars after which the idea is stale; 0 for never.</param>
/// <param name="Rationale">The explanation as a sentence.</param>
/// <param name="Parameters">The strategy's, as in <c>fast=12 slow=26</c>.</param>
/// <param name="Condition"><c>Bullish</c>, <c>Bearish</c> or <c>Neutral</c>.</param>
/// <param name="VolumeScore">The bar's volume beside the usual: 0 none, 0.5 as usual, 1 twice as much or more; null for not known.</param>
/// <param name="Quality">0 to 1: confidence, how well the regime suits the strategy, and volume.</param>
/// <param name="RiskPercent">What the position loses of its worth if the stop is reached; null with no stop.</param>
/// <param name="FlipClose">The nearest close that would have raised no such signal; null where no close alone would have.</param>
/// <param name="BacktestWinRate">
/// Of the strategy's own latest backtest; with the profit factor known by <c>GET /signals</c> alone, and as the latency no part
/// of the signal or of parity.
/// </param>
/// <param name="LatencyMs">From the batch's arrival to its evaluation's commit; beside the signal, no part of parity.</param>
public sealed record SignalRaised(
    string SignalId,
    string SessionId,
    string Strategy,
    string Instrument,
    string Timeframe,
    DateTimeOffset BarClose,
    string Direction,
    double Close,
    double Score,
    string Regime,
    double? Target,
    double? Stop,
    int ExpiryBars,
    SignalExplanation Explanation,
    string Rationale,
    double LatencyMs,
    string? Parameters = null,
    string? Condition = null,
    double? VolumeScore = null,
    double? Quality = null,
    double? RiskPercent = null,
    double? FlipClose = null,
    double? BacktestWinRate = null,
    double? BacktestProfitFactor = null);

/// <summary>What was seen, which rules held, and what each part added to the score.</summary>
public sealed record SignalExplanation(
    IReadOnlyList<NamedValue> Inputs,
    IReadOnlyList<RuleOutcome> Rules,
    IReadOnlyList<NamedValue> ScoreParts);

/// <param name="Value">Null where there is no finite number, as for a ratio to a range of zero.</param>
public sealed record NamedValue(string Name, double? Value);

public sealed record RuleOutcome(string Rule, bool Held);
