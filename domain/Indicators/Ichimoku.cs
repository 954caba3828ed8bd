using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Ichimoku Kinko Hyo: the middles of the ranges of three lengths, and the cloud between two of them that is drawn ahead of
/// the bars it was computed from. The cloud here is the one that lies at the current bar; the lagging line is no value of a
/// bar, since it is the close of a later one. Goichi Hosoda, 1969.
/// </summary>
public struct Ichimoku : IIndicator
{
    private RollingRange _conversion;
    private RollingRange _base;
    private RollingRange _span;
    private RollingWindow _aheadA;
    private RollingWindow _aheadB;

    /// <param name="conversion">Length of the conversion line, Tenkan-sen.</param>
    /// <param name="baseLine">Length of the base line, Kijun-sen.</param>
    /// <param name="span">Length of the cloud's second edge, Senkou span B.</param>
    /// <param name="displacement">How many bars ahead the cloud is drawn.</param>
    public Ichimoku(int conversion, int baseLine, int span, int displacement)
    {
        _conversion = new RollingRange(conversion);
        _base = new RollingRange(baseLine);
        _span = new RollingRange(span);
        _aheadA = new RollingWindow(displacement);
        _aheadB = new RollingWindow(displacement);
        SpanA = double.NaN;
        SpanB = double.NaN;
    }

    /// <summary>Bars needed before the whole cloud lies at the current bar; the lines are there before.</summary>
    public readonly int WarmUp => Math.Max(Math.Max(_conversion.Length, _base.Length), _span.Length) + _aheadA.Length;

    public readonly bool IsWarm => !double.IsNaN(SpanA) && !double.IsNaN(SpanB);

    /// <summary>NaN until its length is complete, as are all lines.</summary>
    public readonly double Conversion => _conversion.IsFull ? _conversion.Middle : double.NaN;

    public readonly double Base => _base.IsFull ? _base.Middle : double.NaN;

    /// <summary>One edge of the cloud at this bar: the mean of both lines, <c>displacement</c> bars ago.</summary>
    public double SpanA { get; private set; }

    /// <summary>The other edge of the cloud at this bar: the middle of the longest range, <c>displacement</c> bars ago.</summary>
    public double SpanB { get; private set; }

    /// <summary>What <see cref="SpanA"/> will be in <c>displacement</c> bars.</summary>
    public readonly double LeadingSpanA => (Conversion + Base) / 2;

    /// <summary>What <see cref="SpanB"/> will be in <c>displacement</c> bars.</summary>
    public readonly double LeadingSpanB => _span.IsFull ? _span.Middle : double.NaN;

    public void Push(in Bar bar)
    {
        if (!double.IsFinite(bar.High + bar.Low)) return;

        _conversion.Push(bar.High, bar.Low);
        _base.Push(bar.High, bar.Low);
        _span.Push(bar.High, bar.Low);
        SpanA = Displace(ref _aheadA, LeadingSpanA);
        SpanB = Displace(ref _aheadB, LeadingSpanB);
    }

    private static double Displace(ref RollingWindow ahead, double value)
    {
        var hasArrived = ahead.IsFull;
        var arrived = ahead.Push(value);
        return hasArrived ? arrived : double.NaN;
    }
}
