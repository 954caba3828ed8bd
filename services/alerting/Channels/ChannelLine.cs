namespace AlgoStack.Alerting.Channels;

/// <summary>
/// The line to one channel: one call at a time, pauses that the channel asked for, and a circuit that spares a channel
/// that keeps failing. State is in memory; a restart tries everything once.
/// </summary>
public sealed class ChannelLine(IAlertChannel channel, TimeProvider clock) : IDisposable
{
    /// <summary>Failures in a row that open the circuit.</summary>
    public const int FailuresToOpen = 5;

    /// <summary>How long an open circuit lets nothing through; then one call is let through to see.</summary>
    public static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _oneAtATime = new(1, 1);
    private readonly Lock _lock = new();
    private int _failuresInARow;
    private DateTimeOffset _opensAt = DateTimeOffset.MinValue;
    private string? _goneReason;
    private string? _lastProblem;
    private DateTimeOffset? _lastDeliveredAt;

    public string Name => channel.Name;

    /// <summary>When the next call may be made; null when the channel is gone.</summary>
    public DateTimeOffset? OpensAt
    {
        get
        {
            lock (_lock) return _goneReason is null ? _opensAt : null;
        }
    }

    public ChannelState State
    {
        get
        {
            lock (_lock)
            {
                var state = this switch
                {
                    { _goneReason: not null } => ChannelState.Gone,
                    _ when _opensAt > clock.GetUtcNow() => _failuresInARow >= FailuresToOpen ? ChannelState.CircuitOpen : ChannelState.Paused,
                    _ => ChannelState.Ready,
                };
                return new ChannelState(
                    Name, state, _opensAt > clock.GetUtcNow() ? _opensAt : null, _goneReason ?? _lastProblem, _lastDeliveredAt);
            }
        }
    }

    /// <summary>Waits until no other call is being made, and holds the line until disposed.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        await _oneAtATime.WaitAsync(cancellationToken);
        return new Turn(_oneAtATime);
    }

    /// <summary>Calls the channel; the caller holds the line.</summary>
    public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        var outcome = await CallAsync(message, cancellationToken);
        lock (_lock) Remember(outcome, clock.GetUtcNow());
        return outcome;
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<SendOutcome> CallAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        try
        {
            return await channel.SendAsync(message, cancellationToken);
        }
#pragma warning disable CA1031 // A fault of our own in one channel must not keep an alert from the next.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new SendOutcome.Refused(e.Message);
        }
    }

    private void Remember(SendOutcome outcome, DateTimeOffset now)
    {
        switch (outcome)
        {
            case SendOutcome.Delivered delivered:
                _failuresInARow = 0;
                _lastProblem = null;
                _lastDeliveredAt = now;
                Pause(delivered.PauseFor, now);
                break;
            case SendOutcome.TryAgain { PauseFor: { } pause } busy:
                // Too busy is an answer: the channel works, and said when to come back.
                _lastProblem = busy.Reason;
                Pause(pause, now);
                break;
            case SendOutcome.TryAgain failed:
                Fail(failed.Reason, now);
                break;
            case SendOutcome.Refused refused:
                Fail(refused.Reason, now);
                break;
            case SendOutcome.Gone gone:
                _goneReason = gone.Reason;
                break;
        }
    }

    private void Fail(string reason, DateTimeOffset now)
    {
        _lastProblem = reason;
        _failuresInARow++;
        if (_failuresInARow >= FailuresToOpen) _opensAt = now + OpenFor;
    }

    private void Pause(TimeSpan? pause, DateTimeOffset now)
    {
        if (pause is { } wanted && now + wanted > _opensAt) _opensAt = now + wanted;
    }

    private sealed class Turn(SemaphoreSlim oneAtATime) : IDisposable
    {
        public void Dispose() => oneAtATime.Release();
    }
}

/// <summary>A channel as <c>GET /alerts/channels</c> shows it.</summary>
/// <param name="State"><see cref="Off"/>, <see cref="Ready"/>, <see cref="Paused"/>, <see cref="CircuitOpen"/> or <see cref="Gone"/>.</param>
/// <param name="OpensAt">When a paused or open one takes calls again.</param>
public sealed record ChannelState(string Channel, string State, DateTimeOffset? OpensAt, string? Problem, DateTimeOffset? LastDeliveredAt)
{
    /// <summary>Not configured.</summary>
    public const string Off = "off";

    public const string Ready = "ready";
    public const string Paused = "paused";
    public const string CircuitOpen = "open";
    public const string Gone = "gone";
}
