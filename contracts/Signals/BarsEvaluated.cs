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
/// is a function of bars and parameters alone.
/// </summary>
/// <param name="Direction"><c>Long</c>, <c>Short</c> or <c>Flat</c>.</param>
/// <param name="Close">Close of the signal's bar.</param>
/// <param name="Score">Confidence, 0 to 1.</param>
/// <param name="Regime"><c>Trending</c>, <c>Ranging</c>, <c>Volatile</c> or <c>Quiet</c>.</param>
/// <param name="ExpiryBars">Bars after which the idea is stale; 0 for never.</param>
/// <param name="Rationale">The explanation as a sentence.</param>
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
    double LatencyMs);

/// <summary>What was seen, which rules held, and what each part added to the score.</summary>
public sealed record SignalExplanation(
    IReadOnlyList<NamedValue> Inputs,
    IReadOnlyList<RuleOutcome> Rules,
    IReadOnlyList<NamedValue> ScoreParts);

/// <param name="Value">Null where there is no finite number, as for a ratio to a range of zero.</param>
public sealed record NamedValue(string Name, double? Value);

public sealed record RuleOutcome(string Rule, bool Held);
