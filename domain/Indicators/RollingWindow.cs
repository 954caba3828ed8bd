using System.Runtime.CompilerServices;

namespace AlgoStack.Indicators;

/// <summary>The last <c>n</c> values, in an array allocated once.</summary>
internal struct RollingWindow
{
    private readonly double[] _values;
    private int _next;
    private bool _isFull;

    public RollingWindow(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _values = new double[length];
    }

    public readonly int Length => _values.Length;

    public readonly int Count => _isFull ? _values.Length : _next;

    public readonly bool IsFull => _isFull;

    /// <summary>True just after the window has been filled from its first slot to its last: once every <c>n</c> values.</summary>
    public readonly bool IsWrapped => _next == 0;

    /// <summary>The values held, in no order that matters.</summary>
    public readonly ReadOnlySpan<double> Values => _values.AsSpan(0, Count);

    /// <summary>All of them, as they lie there; one who fills them says so by <see cref="Next"/>.</summary>
    public readonly Span<double> Slots => _values;

    /// <summary>The slot that is filled next.</summary>
    public int Next { readonly get => _next; set => _next = value; }

    public readonly double Sum()
    {
        var sum = 0.0;
        foreach (var value in Values) sum += value;
        return sum;
    }

    /// <summary>Takes a value; returns the one that it pushed out, or 0 while the window fills.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double Push(double value)
    {
        var (values, next) = (_values, _next);
        var oldest = values[next];
        values[next] = value;
        next++;
        if (next == values.Length)
        {
            next = 0;
            _isFull = true;
        }

        _next = next;
        return oldest;
    }
}
