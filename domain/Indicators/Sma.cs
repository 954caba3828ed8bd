using System.Runtime.CompilerServices;

namespace AlgoStack.Indicators;

/// <summary>Simple moving average: the mean of the last <c>length</c> values.</summary>
public struct Sma : IIndicator
{
    // A value that leaves and was so much larger than all that stay took their digits with it.
    private const double FreshStartBelow = 1e-3;

    private RollingWindow _window;
    private double _sum;
    private double _fresh;

    public Sma(int length)
    {
        _window = new RollingWindow(length);
        Value = double.NaN;
    }

    /// <summary>Values needed before there is a first one.</summary>
    public readonly int WarmUp => _window.Length;

    public readonly bool IsWarm => _window.IsFull;

    /// <summary>NaN until warm.</summary>
    public double Value { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Push(double value)
    {
        if (!double.IsFinite(value)) return Value;

        _fresh += value;
        var oldest = _window.Push(value);
        _sum += value - oldest;
        if (_window.IsWrapped)
        {
            // What was pushed since the window last wrapped is all there is in it: what adding and subtracting rounds away does
            // not gather over a year of bars.
            _sum = _fresh;
            _fresh = 0;
        }
        else if (Math.Abs(_sum) < Math.Abs(oldest) * FreshStartBelow)
        {
            _sum = _window.Sum();
        }

        if (IsWarm) Value = _sum / _window.Length;
        return Value;
    }
}
