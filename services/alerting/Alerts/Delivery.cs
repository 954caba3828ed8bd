namespace AlgoStack.Alerting.Alerts;

/// <summary>What to do next with an alert that is to leave the house.</summary>
public abstract record DeliveryStep
{
    /// <summary>Call this channel.</summary>
    public sealed record Send(string Channel, int Attempt) : DeliveryStep;

    /// <summary>Nothing can be done before this moment.</summary>
    public sealed record Wait(DateTimeOffset Until) : DeliveryStep;

    /// <summary>No channel is left.</summary>
    public sealed record GiveUp(string Reason) : DeliveryStep;

    /// <summary>It was delivered or given up before.</summary>
    public sealed record Nothing : DeliveryStep;
}

/// <summary>
/// The failover: channels in the order of the route, each tried up to <see cref="MostAttempts"/> times with a growing
/// pause, the next one when it is spent, closed or gone. Pure: the alert's own events say what was tried and when, so a
/// restart goes on where the last process stopped.
/// </summary>
public static class Delivery
{
    /// <summary>Calls of one channel for one alert.</summary>
    public const int MostAttempts = 3;

    /// <summary>Pause after the first failure; doubled after each further one.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>A channel that asks for a longer pause than this is passed over for the next.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>How long after it was raised an alert may wait for a channel that is closed for a while.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    /// <summary>How often to look whether a closed channel has opened.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <param name="opensAt">When a channel takes calls: now or earlier is at once, null is never.</param>
    public static DeliveryStep Next(Alert alert, Func<string, DateTimeOffset?> opensAt, DateTimeOffset now)
    {
        if (alert.Settled || alert.Raised is not { } raised) return new DeliveryStep.Nothing();

        var someOpensLater = false;
        foreach (var channel in raised.Route)
        {
            var tries = alert.Tries.GetValueOrDefault(channel);
            if (tries.Final || tries.Attempts >= MostAttempts || opensAt(channel) is not { } opens) continue;

            var due = Later(opens, Later(tries.RetryAt, PauseEnds(tries)));
            if (due <= now) return new DeliveryStep.Send(channel, tries.Attempts + 1);
            if (due - now <= LongestPause) return new DeliveryStep.Wait(due);

            someOpensLater = true;
        }

        if (someOpensLater && now - raised.At < LongestWait) return new DeliveryStep.Wait(now + LookAgain);

        return new DeliveryStep.GiveUp(alert.LastReason ?? "no channel of its route is open");
    }

    private static DateTimeOffset? PauseEnds(ChannelTries tries) =>
        tries.FailedAt + (FirstPause * (1 << Math.Max(0, tries.Attempts - 1)));

    private static DateTimeOffset Later(DateTimeOffset first, DateTimeOffset? second) => second > first ? second.Value : first;

    private static DateTimeOffset? Later(DateTimeOffset? first, DateTimeOffset? second) => first is null || second > first ? second : first;
}
