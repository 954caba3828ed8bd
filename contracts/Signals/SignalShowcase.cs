namespace AlgoStack.Contracts.Signals;

/// <summary>How sure the newest signals were, 10,000 at most: <c>GET /signals/performance-showcase</c>.</summary>
public sealed record SignalShowcase(SignalFigures All, IReadOnlyDictionary<string, SignalFigures> Strategies);

/// <summary>Means over signals; null where there is none.</summary>
/// <param name="HighConfidence">The share of those with a confidence of 0.8 or more.</param>
public sealed record SignalFigures(long Signals, double? Confidence, double? HighConfidence, double? Quality, double? LatencyMs);
