namespace AlgoStack.Alerting.Channels;

/// <summary>A way to reach a person.</summary>
public interface IAlertChannel
{
    /// <summary><c>discord</c>, <c>sms</c> or <c>email</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Calls the channel once. Whatever goes wrong outside is an outcome, not an exception; only cancellation throws.
    /// </summary>
    Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken cancellationToken);
}

/// <summary>An alert as a channel sees it. Title and text are clean: no control characters but <c>\n</c> in the text.</summary>
/// <param name="RaisedAt">Stays the same over all attempts.</param>
public sealed record AlertMessage(string AlertId, string Severity, string Title, string Text, DateTimeOffset RaisedAt);

/// <summary>What became of one call.</summary>
public abstract record SendOutcome
{
    /// <param name="MessageId">The channel's own name for the message.</param>
    /// <param name="PauseFor">The channel wants no further call before this has passed.</param>
    public sealed record Delivered(string? MessageId, TimeSpan? PauseFor = null) : SendOutcome;

    /// <summary>Not now: too busy, out of reach, or the answer was lost.</summary>
    /// <param name="PauseFor">As long as the channel said to wait; null when it said nothing.</param>
    public sealed record TryAgain(string Reason, TimeSpan? PauseFor = null) : SendOutcome;

    /// <summary>Never this message, or not with this configuration.</summary>
    public sealed record Refused(string Reason) : SendOutcome;

    /// <summary>The channel itself is gone: no message will ever get through until somebody configures it anew.</summary>
    public sealed record Gone(string Reason) : SendOutcome;
}
