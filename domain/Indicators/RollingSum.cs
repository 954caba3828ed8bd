namespace AlgoStack.Indicators;

/// <summary>
/// The sum of the last <c>n</c> values, from which nothing is ever taken away: what has left the window leaves no rounding
/// behind, and a window of zeros sums to exactly 0. It is the sum of the block of <c>n</c> that is being filled, and of what
/// the window still holds of the block before.
/// </summary>
internal struct RollingSum
{
    // Before _next, the values of the block being filled; from there on, at i, the sum of the block before from i to its end.
    private readonly double[] _slots;
    private double _filled;
    private int _next;

    public RollingSum(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _slots = new double[length];
    }

    public readonly int Length => _slots.Length;

    public bool IsFull { get; private set; }

    /// <summary>Of as many as there are, while the window fills.</summary>
    public double Value { get; private set; }

    public void Push(double value)
    {
        _slots[_next] = value;
        _filled += value;
        if (++_next < _slots.Length)
        {
            Value = _filled + _slots[_next];
            return;
        }

        Value = _filled;
        EndBlock();
    }

    private void EndBlock()
    {
        var slots = _slots;
        var sum = 0.0;
        for (var i = slots.Length - 1; i >= 0; i--) slots[i] = sum += slots[i];
        _filled = 0;
        _next = 0;
        IsFull = true;
    }
}
