namespace AlgoStack.Indicators;

/// <summary>
/// Linearly weighted moving average of the last <c>length</c> values: the newest weighs <c>length</c>, the oldest 1.
/// </summary>
public struct Wma : IIndicator
{
    // As RollingSum: before _next, the values of the block being filled; from there on, at i, the sum of the block before from
    // i to its end, and beside it that of the same values, each times its place in the block. Sums are measured from _origin.
    private readonly double[] _sums;
    private readonly double[] _moments;
    private double _origin;
    private double _sum;
    private double _moment;
    private int _next;

    public Wma(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _sums = new double[length];
        _moments = new double[length];
        _origin = double.NaN;
        Value = double.NaN;
        AboveMean = double.NaN;
    }

    /// <summary>Values needed before there is a first one.</summary>
    public readonly int WarmUp => _sums.Length;

    public bool IsWarm { get; private set; }

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    /// <summary>How far it is above the simple mean of the same values; NaN until warm.</summary>
    internal double AboveMean { get; private set; }

    public double Push(double value)
    {
        if (!double.IsFinite(value)) return Value;

        if (double.IsNaN(_origin)) _origin = value;
        var measured = value - _origin;
        var place = _next++;
        _sums[place] = value;
        _sum += measured;
        _moment += place * measured;
        if (_next == _sums.Length)
        {
            IsWarm = true;
            Average(_sum + _moment, _sum);
            EndBlock();
        }
        else if (IsWarm)
        {
            // A value of this block weighs length - place + its own place, one of the block before its own place - place.
            Average(
                ((_sums.Length - place) * _sum) + _moment + (_moments[_next] - (place * _sums[_next])),
                _sum + _sums[_next]);
        }

        return Value;
    }

    private void Average(double weighted, double sum)
    {
        var length = (double)_sums.Length;
        var average = weighted / (length * (length + 1) / 2);
        Value = _origin + average;
        AboveMean = average - (sum / length);
    }

    // Measured from a price near them, sums keep the digits that matter, and equal values average to exactly themselves. Of
    // the block, the one nearest zero: then a single wild value is not what all others are measured from.
    private void EndBlock()
    {
        var (sums, moments) = (_sums, _moments);
        var origin = sums[0];
        foreach (var value in sums)
        {
            if (Math.Abs(value) < Math.Abs(origin)) origin = value;
        }

        var sum = 0.0;
        var moment = 0.0;
        for (var i = sums.Length - 1; i >= 0; i--)
        {
            var measured = sums[i] - origin;
            sums[i] = sum += measured;
            moments[i] = moment += i * measured;
        }

        _origin = origin;
        _sum = 0;
        _moment = 0;
        _next = 0;
    }
}
