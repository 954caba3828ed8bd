using System.Runtime.CompilerServices;

namespace AlgoStack.Indicators;

/// <summary>Simple moving average: the mean of the last <c>length</c> values.</summary>
public struct Sma : IIndicator
{
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
        _sum += value - _window.Push(value);
        if (_window.IsWrapped)
        {
            // What was pushed since the window last wrapped is all there is in it. So what adding and subtracting round away
            // does not gather over a year of bars, nor does a bar stay in the sum that was a thousand times too large.
            _sum = _fresh;
            _fresh = 0;
        }

        if (IsWarm) Value = _sum / _window.Length;
        return Value;
    }
}
