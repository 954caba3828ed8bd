namespace AlgoStack.Indicators;

/// <summary>
/// How long ago the greatest of the last <c>n</c> values was, the earliest of equal ones; kept as <see cref="RollingRange"/>.
/// </summary>
internal struct RollingPeak
{
    private readonly double[] _values;

    // From _next on, at i, the place of the greatest of the block before from i to its end.
    private readonly int[] _places;
    private double _greatest;
    private int _place;
    private int _next;

    public RollingPeak(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        _values = new double[length];
        _places = new int[length];
        Array.Fill(_values, double.NegativeInfinity);
        for (var i = 0; i < length; i++) _places[i] = i;
        _greatest = double.NegativeInfinity;
    }

    public readonly int Length => _values.Length;

    public bool IsFull { get; private set; }

    /// <summary>Values since the greatest: 0 where it is the newest.</summary>
    public int Age { get; private set; }

    public void Push(double value)
    {
        var newest = _next++;
        _values[newest] = value;
        if (value > _greatest)
        {
            _greatest = value;
            _place = newest;
        }

        if (_next == _values.Length)
        {
            Age = newest - _place;
            EndBlock();
            return;
        }

        var earlier = _places[_next];
        Age = _values[earlier] >= _greatest ? newest + _values.Length - earlier : newest - _place;
    }

    private void EndBlock()
    {
        var values = _values;
        var (greatest, place) = (double.NegativeInfinity, 0);
        for (var i = values.Length - 1; i >= 0; i--)
        {
            if (values[i] >= greatest) (greatest, place) = (values[i], i);
            _places[i] = place;
        }

        _greatest = double.NegativeInfinity;
        _next = 0;
        IsFull = true;
    }
}
