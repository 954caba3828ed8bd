using AlgoStack.Strategies;

namespace AlgoStack.Signal.Signals;

/// <summary>
/// A batch of bars was evaluated whole: the watermark and the signals that came of it are one fact, in the stream
/// <c>evaluations-{session}-{partition}</c>. The version in that stream is the batch's sequence. Stored for ever, so
/// the shape is added to, never changed.
/// </summary>
/// <param name="ThroughMs">The last instant evaluated, Unix milliseconds UTC; 0 in an empty batch.</param>
public sealed record BatchEvaluated(
    string SessionId,
    int Partition,
    long Sequence,
    long ThroughMs,
    bool WarmUp,
    bool EndOfSession,
    IReadOnlyList<RaisedSignal> Signals)
{
    public static string StreamOf(string sessionId, int partition) => $"evaluations-{sessionId}-{partition}";
}

/// <summary>
/// A signal as stored: values only. Names and words are the strategy's and are added where it is read. What was not told at
/// first has the value that stands for not known.
/// </summary>
public sealed record RaisedSignal(
    string Id,
    string Strategy,
    string Instrument,
    string Timeframe,
    long CloseMs,
    double Close,
    string Direction,
    double Score,
    string Regime,
    double? Target,
    double? Stop,
    int ExpiryBars,
    double[] Inputs,
    uint RulesHeld,
    double[] ScoreParts,
    double LatencyMs,
    string Parameters = "",
    string Condition = nameof(MarketCondition.Neutral),
    double? VolumeScore = null,
    double? FlipClose = null,
    double Quality = 0);
