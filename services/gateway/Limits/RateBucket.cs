namespace AlgoStack.Gateway.Limits;

/// <summary>
/// What an instance knows of one caller under one limit. It lets through what it has set aside; when that is used up, callers wait
/// for the next count. To be used under a lock on itself.
/// </summary>
internal sealed class RateBucket(RateLimit limit, Guid counter)
{
    // After a refusal that was followed by another within a window, the wait doubles from here on.
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);

    private readonly Queue<TaskCompletionSource<RateAnswer>> _waiting = [];
    // Let through by this instance, by slices: all there is to go by while the database is away.
    private readonly Dictionary<long, int> _own = [];
    private long _slice;
    private int _left;
    private int _asking;
    private int _used;
    private long _oldest;
    private int _refusals;
    private DateTimeOffset _refusedUntil;

    public RateLimit Limit => limit;

    public Guid Counter => counter;

    /// <summary>When it was last asked.</summary>
    public DateTimeOffset AskedAt { get; private set; }

    public bool IsWaitedFor => _waiting.Count > 0;

    /// <summary>The answer, where it is known here.</summary>
    public RateAnswer? Take(DateTimeOffset now)
    {
        AskedAt = now;
        if (now < _refusedUntil) return Refused(now);
        if (_left == 0 || _slice != limit.SliceOf(now) || IsWaitedFor) return null;

        _left--;
        return Allowed(now);
    }

    public Task<RateAnswer> WaitAsync()
    {
        var answer = new TaskCompletionSource<RateAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(answer);
        return answer.Task;
    }

    /// <summary>Sets aside what is waited for, and a block where that is more. What a slice that is over has left goes back.</summary>
    /// <param name="change">Told what is to be added to which slice's count.</param>
    /// <returns>The slice that runs.</returns>
    public long Ask(DateTimeOffset now, Action<RateBucket, long, int> change)
    {
        var slice = limit.SliceOf(now);
        if (_slice != slice)
        {
            if (_left > 0) change(this, _slice, -_left);
            (_slice, _left) = (slice, 0);
        }

        _asking = _waiting.Count;
        var asked = Math.Max(limit.Block, _asking);
        change(this, slice, asked);
        _left += asked;
        return slice;
    }

    /// <summary>Answers who waits, by the count of all instances, in which what was set aside is included.</summary>
    /// <param name="oldest">The first slice that counts.</param>
    /// <param name="change">Told what goes back.</param>
    public void Answer(DateTimeOffset now, long used, long oldest, Action<RateBucket, long, int> change)
    {
        if (used > limit.Requests && _left > 0)
        {
            var back = (int)Math.Min(_left, used - limit.Requests);
            change(this, _slice, -back);
            _left -= back;
            used -= back;
        }

        (_used, _oldest) = ((int)Math.Min(used, int.MaxValue), oldest);
        // Who came since is not asked for yet.
        for (; _asking > 0; _asking--) _waiting.Dequeue().SetResult(TakeOrRefuse(now));
    }

    /// <summary>The same by what this instance alone has let through.</summary>
    public void AnswerAlone(DateTimeOffset now, Action<RateBucket, long, int> change)
    {
        var slice = limit.SliceOf(now);
        var counted = _own.Where(o => IsCounted(o.Key, slice) && o.Value > 0).ToList();
        Answer(now, counted.Sum(o => (long)o.Value), counted.Count > 0 ? counted.Min(o => o.Key) : slice, change);
    }

    /// <summary>Notes what was added to a slice's count, whether anybody else knows of it or not.</summary>
    public void Note(long slice, int change)
    {
        _own[slice] = _own.GetValueOrDefault(slice) + change;
        foreach (var over in _own.Keys.Where(s => !IsCounted(s, _slice)).ToList()) _own.Remove(over);
    }

    private RateAnswer TakeOrRefuse(DateTimeOffset now)
    {
        if (_left > 0)
        {
            _left--;
            return Allowed(now);
        }

        if (now >= _refusedUntil) Refuse(now);
        return Refused(now);
    }

    // Who goes on asking too much is let wait ever longer, up to a window; what comes during a wait makes it no longer.
    private void Refuse(DateTimeOffset now)
    {
        _refusals = now - _refusedUntil < limit.Window ? Math.Min(_refusals + 1, 20) : 0;
        var backOff = _refusals == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(FirstBackOff.Ticks << _refusals);
        var until = Max(limit.EndOf(_oldest), now + (backOff < limit.Window ? backOff : limit.Window));
        _refusedUntil = until > now ? until : now + FirstBackOff;
    }

    private RateAnswer Allowed(DateTimeOffset now) =>
        new(limit, Allowed: true, Math.Max(0, limit.Requests - _used + _left), Max(limit.EndOf(_oldest), now) - now);

    private RateAnswer Refused(DateTimeOffset now) => new(limit, Allowed: false, 0, _refusedUntil - now);

    // What is a little ahead was counted by an instance whose clock is.
    private static bool IsCounted(long slice, long current) => slice >= current - RateLimit.Slices && slice <= current + 1;

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
