namespace AlgoStack.Contracts.MarketData;

/// <summary>What the tape has of an instrument's bars in one timeframe: <c>GET /instruments/timeframes?instrument=</c>, the finest first.</summary>
/// <param name="Timeframe">As in <c>1m</c>, <c>1h</c>, <c>1d</c>.</param>
/// <param name="Bars">How many; those in archives count.</param>
/// <param name="First">Close of the oldest one.</param>
/// <param name="Last">Close of the newest one.</param>
public sealed record StoredBars(string Timeframe, long Bars, DateTimeOffset First, DateTimeOffset Last);
