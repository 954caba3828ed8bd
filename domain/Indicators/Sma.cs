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

    /// <summary>Takes values as <see cref="Push(double)"/> would one by one.</summary>
    /// <param name="means">What it would have returned for each; as long as <paramref name="values"/> at least.</param>
    public void Push(ReadOnlySpan<double> values, Span<double> means)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (IsWarm) i += PushPlain(values[i..], means[i..]);
            if (i < values.Length) means[i] = Push(values[i]);
        }
    }

    /// <summary>As many as need no second look: numbers, and of one size with those that leave.</summary>
    private int PushPlain(ReadOnlySpan<double> values, Span<double> means)
    {
        var slots = _window.Slots;
        var (next, sum, fresh, length) = (_window.Next, _sum, _fresh, (double)slots.Length);
        means = means[..values.Length];
        var i = 0;
        for (; i < values.Length; i++)
        {
            var (value, oldest) = (values[i], slots[next]);
            var moved = sum + (value - oldest);
            if (!(Math.Abs(moved) >= Math.Abs(oldest) * FreshStartBelow) || !double.IsFinite(value)) break;

            slots[next++] = value;
            fresh += value;
            sum = moved;
            if (next == slots.Length) (next, sum, fresh) = (0, fresh, 0);
            means[i] = sum / length;
        }

        _window.Next = next;
        (_sum, _fresh) = (sum, fresh);
        if (i > 0) Value = means[i - 1];
        return i;
    }
}
