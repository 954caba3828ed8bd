namespace AlgoStack.EventStore.Retention;

/// <summary>What leaves the log, and when: section <c>EventRetention</c>.</summary>
public sealed class EventRetentionOptions
{
    /// <summary>
    /// Events of an archived stream stay for so long after its last one. Seven years, as records of trades must; those
    /// are the strictest of what a store holds.
    /// </summary>
    public TimeSpan KeepArchived { get; set; } = TimeSpan.FromDays(7 * 365.25);
}
