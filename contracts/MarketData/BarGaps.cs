namespace AlgoStack.Contracts.MarketData;

/// <summary>Where an instrument lacks bars: <c>GET /gaps</c>.</summary>
/// <param name="Calendar">What was expected: <c>venue</c>, each close at which another instrument of the venue has a bar, or <c>always</c>.</param>
/// <param name="Observers">Other instruments of the venue that were looked at; with none a calendar of the venue knows nothing.</param>
/// <param name="From">The range that was looked at, both ends included; null where there is no bar at all.</param>
/// <param name="Expected">Closes in the range at which a bar was expected.</param>
/// <param name="Missing">Those of them without one.</param>
/// <param name="Gaps">Oldest first.</param>
public sealed record BarGaps(
    string Instrument,
    string Timeframe,
    string Calendar,
    int Observers,
    DateTimeOffset? From,
    DateTimeOffset? To,
    long Expected,
    long Missing,
    IReadOnlyList<BarGap> Gaps);

/// <summary>A run of expected closes without a bar.</summary>
/// <param name="First">The first close that is missing.</param>
/// <param name="Last">The last one.</param>
/// <param name="Missing">How many are.</param>
public sealed record BarGap(DateTimeOffset First, DateTimeOffset Last, long Missing);
