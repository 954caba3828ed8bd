namespace AlgoStack.Indicators;

/// <summary>The last <c>n</c> values, in an array allocated once.</summary>
internal struct RollingWindow
{
    private readonly double[] _values;
    private int _next;
    private int _count;

    public RollingWindow(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _values = new double[length];
    }

    public readonly int Length => _values.Length;

    public readonly int Count => _count;

    public readonly bool IsFull => _count == _values.Length;

    /// <summary>True just after the window has been filled from its first slot to its last: once every <c>n</c> values.</summary>
    public readonly bool IsWrapped => _next == 0;

    /// <summary>The values held, in no order that matters.</summary>
    public readonly ReadOnlySpan<double> Values => _values.AsSpan(0, _count);

    /// <summary>Takes a value; returns the one that it pushed out, or 0 while the window fills.</summary>
    public double Push(double value)
    {
        var oldest = _values[_next];
        _values[_next] = value;
        if (++_next == _values.Length) _next = 0;
        if (_count < _values.Length) _count++;
        return oldest;
    }
}
