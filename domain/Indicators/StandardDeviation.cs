namespace AlgoStack.Indicators;

/// <summary>Population standard deviation (divided by n, not n - 1) of the last <c>length</c> values, and their mean.</summary>
public struct StandardDeviation : IIndicator
{
    // Sliding loses digits when the spread shrinks: below this part of the greatest spread since the last fresh start, the
    // window is summed anew. What is left then has at least twelve digits.
    private const double FreshStartBelow = 1e-3;

    private RollingWindow _window;
    private double _mean;
    private double _squares;
    private double _greatestSquares;

    public StandardDeviation(int length)
    {
        _window = new RollingWindow(length);
        Mean = double.NaN;
        Value = double.NaN;
    }

    /// <summary>Values needed before there is a first one.</summary>
    public readonly int WarmUp => _window.Length;

    public readonly bool IsWarm => _window.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Mean { get; private set; }

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    public double Push(double value)
    {
        if (!double.IsFinite(value)) return Value;

        if (_window.IsFull)
        {
            Slide(value);
        }
        else
        {
            Grow(value);
        }

        if (!IsWarm) return Value;

        if (_squares > _greatestSquares) _greatestSquares = _squares;
        if (_window.IsWrapped || _squares < _greatestSquares * FreshStartBelow) StartFresh();
        Mean = _mean;
        Value = Math.Sqrt(_squares / _window.Length);
        return Value;
    }

    /// <summary>
    /// The value that, in place of the newest, would have been so many deviations from the mean that counts it; NaN until
    /// warm, and where no value is that far, as none of ten can be three deviations off.
    /// </summary>
    /// <param name="newest">The value pushed last.</param>
    public readonly double ValueAt(double deviations, double newest)
    {
        var n = (double)_window.Length;
        var others = ((n * Mean) - newest) / (n - 1);
        var spread = _squares - ((newest - Mean) * (newest - Mean) * n / (n - 1));
        var reach = ((n - 1) * (n - 1)) - (deviations * deviations * (n - 1));
        return others + (deviations * Math.Sqrt(Math.Max(spread, 0) * n / reach));
    }

    // B. P. Welford, Note on a method for calculating corrected sums of squares and products, Technometrics 4 (1962).
    private void Grow(double value)
    {
        _window.Push(value);
        var before = value - _mean;
        _mean += before / _window.Count;
        _squares += before * (value - _mean);
    }

    // Welford's step for one value in and one out.
    private void Slide(double value)
    {
        var oldest = _window.Push(value);
        var change = value - oldest;
        var before = oldest - _mean;
        _mean += change / _window.Length;
        _squares += change * (value - _mean + before);
    }

    // Two passes, measured from a value of the window, so that equal values have a spread of exactly nothing.
    private void StartFresh()
    {
        var values = _window.Values;
        var origin = values[0];
        var sum = 0.0;
        foreach (var value in values) sum += value - origin;
        var mean = origin + (sum / values.Length);

        var squares = 0.0;
        foreach (var value in values) squares += (value - mean) * (value - mean);
        _mean = mean;
        _squares = squares;
        _greatestSquares = squares;
    }
}
