using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>
/// Makes bars of a higher timeframe out of those of a lower one, by the clock. A bar belongs to the higher bar in which it
/// closes, and a higher bar is complete when a bar closes at or after its end: one that is not is never seen. Higher bars
/// are counted from a Monday, 5 January 1970, 00:00 UTC, so that weeks begin on Mondays; where nothing closed there is none.
/// </summary>
public struct BarAggregator
{
    private const long FirstMondayMs = 4 * TimeSpan.MillisecondsPerDay;

    private readonly long _lengthMs;
    private Bar? _earlier;
    private Bar? _newest;
    private bool _isNewestComplete;

    /// <param name="minutes">How long a higher bar is.</param>
    public BarAggregator(int minutes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minutes, 1);
        _lengthMs = minutes * TimeSpan.MillisecondsPerMinute;
    }

    /// <summary>Takes the next bar of the lower timeframe.</summary>
    public void Push(in Bar bar)
    {
        var endMs = EndOf(bar.CloseMs);
        if (_newest is { } newest && newest.CloseMs == endMs)
        {
            _newest = new Bar(
                endMs,
                newest.Open,
                Math.Max(newest.High, bar.High),
                Math.Min(newest.Low, bar.Low),
                bar.Close,
                newest.Volume + bar.Volume);
        }
        else
        {
            _earlier = _newest;
            _newest = bar with { CloseMs = endMs };
        }

        _isNewestComplete = bar.CloseMs == endMs;
    }

    /// <summary>
    /// Takes out a higher bar that the bar pushed last has completed, the earlier first: after a gap there may be two, the one
    /// before it and its own. To be called until it is false.
    /// </summary>
    public bool TryTake(out Bar higher)
    {
        if (_earlier is { } earlier)
        {
            higher = earlier;
            _earlier = null;
            return true;
        }

        higher = _isNewestComplete ? _newest.GetValueOrDefault() : default;
        if (!_isNewestComplete) return false;

        _newest = null;
        _isNewestComplete = false;
        return true;
    }

    private readonly long EndOf(long closeMs)
    {
        var over = (closeMs - FirstMondayMs) % _lengthMs;
        // Before that Monday the remainder is negative, and the end so much later.
        return over > 0 ? closeMs + _lengthMs - over : closeMs - over;
    }
}
