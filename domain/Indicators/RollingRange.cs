namespace AlgoStack.Indicators;

/// <summary>
/// The highest and the lowest of the last <c>n</c> bars, in three comparisons a bar however long the window, and without a
/// branch that depends on the prices: the extremes of the block of <c>n</c> that is being filled, and of what the window
/// still holds of the block before. M. van Herk, A fast algorithm for local minimum and maximum filters, Pattern
/// Recognition Letters 13 (1992).
/// </summary>
internal struct RollingRange
{
    // A range below this part of the highest is what rounding has left of none: that of an RSI while the price stands still.
    private const double Rounding = 1e-12;

    // Before _next, the prices of the block being filled; from there on, at i, the extreme of the block before from i to its end.
    private readonly double[] _highs;
    private readonly double[] _lows;
    private double _highest;
    private double _lowest;
    private int _next;

    public RollingRange(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _highs = new double[length];
        _lows = new double[length];
        Array.Fill(_highs, double.NegativeInfinity);
        Array.Fill(_lows, double.PositiveInfinity);
        _highest = double.NegativeInfinity;
        _lowest = double.PositiveInfinity;
    }

    public readonly int Length => _highs.Length;

    public bool IsFull { get; private set; }

    /// <summary>Of as many as there are, while the window fills.</summary>
    public double Highest { get; private set; }

    public double Lowest { get; private set; }

    /// <summary>Halfway between the two.</summary>
    public readonly double Middle => (Highest + Lowest) / 2;

    /// <summary>Where a price lies in the range, 0 (the lowest) to 1; the middle where there is no range.</summary>
    public readonly double Share(double price)
    {
        var range = Highest - Lowest;
        return range > Rounding * Math.Abs(Highest) ? (price - Lowest) / range : 0.5;
    }

    public void Push(double high, double low)
    {
        var next = _next;
        _highs[next] = high;
        _lows[next] = low;
        _highest = double.MaxNative(_highest, high);
        _lowest = double.MinNative(_lowest, low);
        if (++next < _highs.Length)
        {
            _next = next;
            Highest = double.MaxNative(_highest, _highs[next]);
            Lowest = double.MinNative(_lowest, _lows[next]);
            return;
        }

        Highest = _highest;
        Lowest = _lowest;
        EndBlock();
    }

    private void EndBlock()
    {
        var (highs, lows) = (_highs, _lows);
        var (highest, lowest) = (double.NegativeInfinity, double.PositiveInfinity);
        for (var i = highs.Length - 1; i >= 0; i--)
        {
            highs[i] = highest = double.MaxNative(highest, highs[i]);
            lows[i] = lowest = double.MinNative(lowest, lows[i]);
        }

        _highest = double.NegativeInfinity;
        _lowest = double.PositiveInfinity;
        _next = 0;
        IsFull = true;
    }
}
