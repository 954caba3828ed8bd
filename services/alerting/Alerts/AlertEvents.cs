namespace AlgoStack.Alerting.Alerts;

/// <summary>What happened to an alert. Stored for ever, so a shape is added to, never changed.</summary>
public abstract record AlertEvent(DateTimeOffset At);

/// <summary>A person is to be told. Being committed is being in the inbox.</summary>
/// <param name="Route">Channels outside the house, in the order to try; empty when the inbox is enough.</param>
public sealed record AlertRaised(
    string AlertId,
    string Severity,
    string Rule,
    string Title,
    string Text,
    string? SessionId,
    IReadOnlyList<string> Route,
    DateTimeOffset At) : AlertEvent(At);

/// <summary>A channel is about to be called. Without a word of the outcome after it, the outcome is not known.</summary>
/// <param name="Attempt">Counts from 1 per channel.</param>
public sealed record AlertAttempted(string Channel, int Attempt, DateTimeOffset At) : AlertEvent(At);

/// <summary>The channel did not take it.</summary>
/// <param name="Final">No later attempt on this channel can help.</param>
/// <param name="RetryAt">When the channel said to come back; null when it said nothing.</param>
public sealed record AlertAttemptFailed(string Channel, int Attempt, string Reason, bool Final, DateTimeOffset? RetryAt, DateTimeOffset At)
    : AlertEvent(At);

/// <summary>A channel took it.</summary>
/// <param name="MessageId">The channel's own name for it, if it gives one.</param>
public sealed record AlertDelivered(string Channel, int Attempts, string? MessageId, DateTimeOffset At) : AlertEvent(At);

/// <summary>Every channel of its route refused it or was out of reach; it stays in the inbox.</summary>
/// <param name="Channel">The last one tried; the first of the route when none was.</param>
/// <param name="Attempts">On all channels together.</param>
public sealed record AlertFailed(string Channel, int Attempts, string Reason, DateTimeOffset At) : AlertEvent(At);
