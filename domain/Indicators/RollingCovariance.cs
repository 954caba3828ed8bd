namespace AlgoStack.Indicators;

/// <summary>
/// The sums of squares and of products of the last <c>n</c> pairs of values, each less its mean; as
/// <see cref="StandardDeviation"/>, where it says how few digits are lost.
/// </summary>
internal struct RollingCovariance
{
    private const double FreshStartBelow = 1e-3;

    private RollingWindow _first;
    private RollingWindow _second;
    private double _firstMean;
    private double _secondMean;
    private double _greatestFirst;
    private double _greatestSecond;

    public RollingCovariance(int length)
    {
        _first = new RollingWindow(length);
        _second = new RollingWindow(length);
    }

    public readonly int Length => _first.Length;

    public readonly bool IsFull => _first.IsFull;

    public double FirstSquares { get; private set; }

    public double SecondSquares { get; private set; }

    public double Products { get; private set; }

    public void Push(double first, double second)
    {
        if (_first.IsFull)
        {
            Slide(first, second);
        }
        else
        {
            Grow(first, second);
        }

        if (FirstSquares > _greatestFirst) _greatestFirst = FirstSquares;
        if (SecondSquares > _greatestSecond) _greatestSecond = SecondSquares;
        if (_first.IsWrapped || FirstSquares < _greatestFirst * FreshStartBelow || SecondSquares < _greatestSecond * FreshStartBelow)
        {
            StartFresh();
        }
    }

    private void Grow(double first, double second)
    {
        _first.Push(first);
        _second.Push(second);
        var (x, y) = (first - _firstMean, second - _secondMean);
        _firstMean += x / _first.Count;
        _secondMean += y / _second.Count;
        FirstSquares += x * (first - _firstMean);
        SecondSquares += y * (second - _secondMean);
        Products += x * (second - _secondMean);
    }

    private void Slide(double first, double second)
    {
        var oldFirst = _first.Push(first) - _firstMean;
        var oldSecond = _second.Push(second) - _secondMean;
        var (x, y) = (first - _firstMean, second - _secondMean);
        var (firstChange, secondChange) = (x - oldFirst, y - oldSecond);
        _firstMean += firstChange / _first.Length;
        _secondMean += secondChange / _second.Length;
        FirstSquares += (x * x) - (oldFirst * oldFirst) - (firstChange * firstChange / _first.Length);
        SecondSquares += (y * y) - (oldSecond * oldSecond) - (secondChange * secondChange / _second.Length);
        Products += (x * y) - (oldFirst * oldSecond) - (firstChange * secondChange / _first.Length);
    }

    private void StartFresh()
    {
        var first = _first.Values;
        var second = _second.Values;
        var (firstMean, secondMean) = (Mean(first), Mean(second));
        var (firstSquares, secondSquares, products) = (0.0, 0.0, 0.0);
        for (var i = 0; i < first.Length; i++)
        {
            var (x, y) = (first[i] - firstMean, second[i] - secondMean);
            firstSquares += x * x;
            secondSquares += y * y;
            products += x * y;
        }

        (_firstMean, _secondMean) = (firstMean, secondMean);
        (FirstSquares, SecondSquares, Products) = (firstSquares, secondSquares, products);
        (_greatestFirst, _greatestSecond) = (firstSquares, secondSquares);
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var origin = values[0];
        var sum = 0.0;
        foreach (var value in values) sum += value - origin;
        return origin + (sum / values.Length);
    }
}
