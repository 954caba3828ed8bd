namespace AlgoStack.Contracts.Alerts;

/// <summary>Asks alerting to tell a person. Sent to alerting; also <c>POST /alerts</c>.</summary>
/// <param name="Severity"><c>critical</c>, <c>high</c>, <c>medium</c>, <c>low</c> or <c>info</c>.</param>
/// <param name="Source">The service and thing that speaks, as in <c>broker-routing/halt</c>.</param>
/// <param name="Key">Alerts of one key are one alert while it is open.</param>
public sealed record RaiseAlert(string Severity, string Source, string Title, string Text, string Key, string? SessionId, DateTimeOffset At);

/// <summary>A channel took an alert, or all refused it.</summary>
/// <param name="Channel"><c>inbox</c>, <c>discord</c>, <c>sms</c> or <c>email</c>.</param>
public sealed record AlertDelivered(string AlertId, string Channel, bool Delivered, int Attempts, DateTimeOffset At);

/// <summary>An alert in the inbox: <c>GET /alerts?session=&amp;limit=&amp;after=</c>, newest first.</summary>
public sealed record AlertView(
    string AlertId,
    string Severity,
    string Rule,
    string Title,
    string Text,
    string? SessionId,
    DateTimeOffset At,
    IReadOnlyList<AlertAttempt> Attempts,
    string State);

/// <param name="Outcome"><c>delivered</c>, or why not.</param>
public sealed record AlertAttempt(string Channel, string Outcome, DateTimeOffset At);

/// <summary>How far alerting has come in a session: <c>GET /sessions/{id}/progress</c>.</summary>
public sealed record AlertingProgress(string SessionId, long LastOrderPosition, bool Settled, long Raised, long Delivered, long Failed);
