using System.Collections.ObjectModel;

namespace AlgoStack.Alerting.Alerts;

/// <summary>One alert as its events tell it: what to say, where it may go, and what came of each attempt.</summary>
public sealed record Alert
{
    /// <summary>Name of the inbox among the channels.</summary>
    public const string Inbox = "inbox";

    /// <summary>Before it was raised.</summary>
    public static readonly Alert None = new();

    private const string StreamPrefix = "alert-";

    /// <summary>Null before it was raised.</summary>
    public AlertRaised? Raised { get; private init; }

    /// <summary>What was tried so far, by channel.</summary>
    public IReadOnlyDictionary<string, ChannelTries> Tries { get; private init; } = ReadOnlyDictionary<string, ChannelTries>.Empty;

    /// <summary>Attempts on all channels together.</summary>
    public int Attempts => Tries.Values.Sum(tries => tries.Attempts);

    public string? LastReason { get; private init; }

    public string? LastChannel { get; private init; }

    /// <summary>Nothing more is done with it.</summary>
    public bool Settled { get; private init; }

    /// <summary>The stream of an alert.</summary>
    public static string Stream(string alertId) => StreamPrefix + alertId;

    public static string IdOf(string stream) => stream[StreamPrefix.Length..];

    public Alert Apply(object stored) => stored switch
    {
        AlertRaised raised => this with { Raised = raised, Settled = raised.Route.Count == 0 },
        AlertAttempted attempted => Apply(attempted),
        AlertAttemptFailed failed => Apply(failed),
        AlertDelivered delivered => delivered.Channel == Inbox ? this : this with { Settled = true },
        AlertFailed => this with { Settled = true },
        _ => this,
    };

    private Alert Apply(AlertAttempted attempted) =>
        With(attempted.Channel, tries => tries with { Attempts = attempted.Attempt }) with { LastChannel = attempted.Channel };

    private Alert Apply(AlertAttemptFailed failed) =>
        With(failed.Channel, tries => tries with { Final = failed.Final, FailedAt = failed.At, RetryAt = failed.RetryAt }) with { LastReason = failed.Reason };

    private Alert With(string channel, Func<ChannelTries, ChannelTries> change) => this with
    {
        Tries = new Dictionary<string, ChannelTries>(Tries, StringComparer.Ordinal)
        {
            [channel] = change(Tries.GetValueOrDefault(channel)),
        },
    };
}

/// <summary>What one channel did with an alert.</summary>
/// <param name="Attempts">Calls made, the one whose outcome was lost included.</param>
/// <param name="Final">The channel will never take it.</param>
/// <param name="RetryAt">When the channel said to come back.</param>
public readonly record struct ChannelTries(int Attempts, bool Final, DateTimeOffset? FailedAt, DateTimeOffset? RetryAt);
