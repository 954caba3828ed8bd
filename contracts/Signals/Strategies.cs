namespace AlgoStack.Contracts.Signals;

/// <summary>A strategy as configured.</summary>
/// <param name="Parameters">As in <c>fast=12 slow=26</c>; what is not there has its default.</param>
/// <param name="Instruments">Those it trades, with none every one; the two of a pair.</param>
public sealed record StrategyChoice(string Name, string Parameters, IReadOnlyList<string> Instruments);

/// <summary>A strategy that there is.</summary>
/// <param name="Kind"><c>TrendFollowing</c>, <c>MeanReverting</c> or <c>Neutral</c>.</param>
/// <param name="IsOfPair">Whether it trades two instruments against each other.</param>
public sealed record StrategyView(string Name, string Meaning, string Kind, bool IsOfPair, IReadOnlyList<StrategyParameter> Parameters);

/// <param name="IsWhole">Whether only whole numbers will do.</param>
public sealed record StrategyParameter(string Name, bool IsWhole, double Least, double Most, double Default, string Meaning);
