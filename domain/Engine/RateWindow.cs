using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <summary>When the last orders left: as many of them as the highest rate that can be asked for.</summary>
internal sealed class RateWindow
{
    private const int Capacity = TradingLimits.MostOrdersPerSecond;
    private const long LengthMs = 1_000;

    private readonly long[] _leftMs = new long[Capacity];
    private int _count;
    private int _next;

    /// <summary>
    /// So many have left in the second that ends now; what left a whole second ago is not among them. Where a clock was set back,
    /// what left ahead of it counts.
    /// </summary>
    public bool Holds(int orders, long nowMs)
    {
        if (_count < orders) return false;
        if (orders == 0) return true;

        var back = _next - orders;
        return nowMs - _leftMs[back < 0 ? back + Capacity : back] < LengthMs;
    }

    /// <summary>When one more may leave, where so many have: Unix milliseconds.</summary>
    public long FreeAtMs(int orders, long nowMs)
    {
        if (orders == 0) return nowMs + LengthMs;

        var back = _next - orders;
        return _leftMs[back < 0 ? back + Capacity : back] + LengthMs;
    }

    public void Add(long nowMs)
    {
        _leftMs[_next] = nowMs;
        _next = _next + 1 == Capacity ? 0 : _next + 1;
        if (_count < Capacity) _count++;
    }
}
