namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>What goes first where not all may be asked: less is left over for each than for the one before.</summary>
internal enum RequestPriority
{
    /// <summary>A way out is never the one to wait.</summary>
    Cancel,
    Order,
    Query,
}

/// <summary>
/// How much a host may still be asked: a bucket of tokens that refills evenly, kept by us and corrected by what the host says.
/// The last tenth of it is for orders and cancels, the last twentieth for cancels alone, so that those come before queries
/// without a queue. Safe for several threads.
/// </summary>
/// <param name="capacity">Weight a window allows.</param>
internal sealed class RequestBudget(TimeProvider clock, double capacity, TimeSpan window)
{
    private const double ForOrders = 0.1;
    private const double ForCancels = 0.05;

    private readonly Lock _gate = new();
    private double _capacity = capacity;
    private double _tokens = capacity;
    private long _refilledAt = clock.GetTimestamp();
    private DateTimeOffset _closedUntil = DateTimeOffset.MinValue;

    /// <summary>The host lets nobody of us in, and asking makes it worse.</summary>
    public bool IsBanned { get; private set; }

    /// <summary>What is left of a window's weight, from 0 to 1.</summary>
    public double Left
    {
        get
        {
            lock (_gate)
            {
                if (_closedUntil > clock.GetUtcNow()) return 0;

                Refill();
                return _tokens / _capacity;
            }
        }
    }

    /// <summary>Takes the weight of a call, after a wait where that helps.</summary>
    /// <param name="mostWait">Longer is not waited for. Zero: now or not.</param>
    /// <returns>Null once it is taken; else how long the wait would have been, and nothing is taken.</returns>
    public async ValueTask<TimeSpan?> TakeAsync(
        double weight, RequestPriority priority, TimeSpan mostWait, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (Take(weight, priority) is { } wait)
        {
            if (clock.GetElapsedTime(started) + wait > mostWait) return wait;

            // Others may have been first by then, so it is asked again.
            await Task.Delay(wait, clock, cancellationToken);
        }

        return null;
    }

    /// <summary>What the host says is left. It only ever lowers ours, which knows of calls that are on their way.</summary>
    /// <param name="limit">Of a window; null where the host does not say.</param>
    /// <param name="resetAt">When the host begins a new window; null where it does not say.</param>
    public void Correct(double remaining, double? limit = null, DateTimeOffset? resetAt = null)
    {
        lock (_gate)
        {
            Refill();
            if (limit is > 0) _capacity = limit.Value;
            _tokens = Math.Min(_tokens, Math.Clamp(remaining, 0, _capacity));
            // A reset further away than a window is a clock that is wrong, and not a reason to stand still.
            if (remaining <= 0 && resetAt is { } at && at - clock.GetUtcNow() <= window) Close(at);
        }
    }

    /// <summary>Nothing is to be asked for so long, as the host said when it refused.</summary>
    public void CloseFor(TimeSpan time, bool banned = false)
    {
        lock (_gate)
        {
            Refill();
            _tokens = 0;
            IsBanned |= banned;
            Close(clock.GetUtcNow() + time);
        }
    }

    private TimeSpan? Take(double weight, RequestPriority priority)
    {
        lock (_gate)
        {
            Refill();
            var closed = _closedUntil - clock.GetUtcNow();
            if (closed > TimeSpan.Zero) return closed;

            IsBanned = false;
            var needed = Math.Min(_capacity, weight + (_capacity * LeftOver(priority)));
            if (_tokens < needed) return TimeSpan.FromMilliseconds(Math.Ceiling((needed - _tokens) / _capacity * window.TotalMilliseconds));

            _tokens -= weight;
            return null;
        }
    }

    private static double LeftOver(RequestPriority priority) => priority switch
    {
        RequestPriority.Query => ForOrders,
        RequestPriority.Order => ForCancels,
        _ => 0,
    };

    private void Close(DateTimeOffset until)
    {
        if (until > _closedUntil) _closedUntil = until;
    }

    private void Refill()
    {
        var now = clock.GetTimestamp();
        _tokens = Math.Min(_capacity, _tokens + (clock.GetElapsedTime(_refilledAt, now) / window * _capacity));
        _refilledAt = now;
    }
}
