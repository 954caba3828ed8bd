namespace AlgoStack.Alerting.Tests.Channels;

/// <summary>A clock that goes when told to. For what asks the time and does not wait.</summary>
internal sealed class ManualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2024, 1, 16, 14, 30, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
