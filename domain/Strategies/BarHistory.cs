using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>The newest bars of an instrument, kept so that what a signal needs to know can be worked out when there is one.</summary>
public sealed class BarHistory
{
    // Twice what is looked at, so that the newest lie together: one copy of half of it every so many bars.
    private const int Room = 2 * MarketContext.Bars;

    private readonly long[] _closeMs = new long[Room];
    private readonly double[] _open = new double[Room];
    private readonly double[] _high = new double[Room];
    private readonly double[] _low = new double[Room];
    private readonly double[] _close = new double[Room];
    private readonly double[] _volume = new double[Room];
    private int _count;

    public bool IsEmpty => _count == 0;

    /// <summary>The bar added last.</summary>
    public Bar Newest
    {
        get
        {
            var last = _count - 1;
            return new Bar(_closeMs[last], _open[last], _high[last], _low[last], _close[last], _volume[last]);
        }
    }

    public void Add(in Bar bar)
    {
        if (_count == Room) MakeRoom();
        var next = _count++;
        _closeMs[next] = bar.CloseMs;
        _open[next] = bar.Open;
        _high[next] = bar.High;
        _low[next] = bar.Low;
        _close[next] = bar.Close;
        _volume[next] = bar.Volume;
    }

    public MarketContext Context()
    {
        var from = Math.Max(0, _count - MarketContext.Bars);
        var length = _count - from;
        return MarketContext.Of(
            _high.AsSpan(from, length), _low.AsSpan(from, length), _close.AsSpan(from, length), _volume.AsSpan(from, length));
    }

    private void MakeRoom()
    {
        _count = MarketContext.Bars;
        _closeMs.AsSpan(_count).CopyTo(_closeMs);
        foreach (var column in (ReadOnlySpan<double[]>)[_open, _high, _low, _close, _volume]) column.AsSpan(_count).CopyTo(column);
    }
}
