using AlgoStack.Alerting.Channels;

namespace AlgoStack.Alerting.Tests.Channels;

internal static class Samples
{
    /// <summary>The alert of the recorded cases.</summary>
    public static readonly AlertMessage KillSwitch = new(
        "8f14e45fceea167a5a36dedd4bea2543",
        "critical",
        "Kill switch",
        "Daily loss limit hit: -3.5% <BTC-USD> & halted",
        new DateTimeOffset(2024, 1, 16, 14, 30, 0, TimeSpan.Zero));
}
