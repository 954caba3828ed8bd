namespace AlgoStack.Backtesting.Reports;

/// <summary>Values on the height of a chart.</summary>
internal readonly struct ValueScale
{
    private const double Margin = 0.04;

    private readonly double _min;
    private readonly double _max;

    private ValueScale(double min, double max)
    {
        _min = min;
        _max = max;
    }

    /// <summary>From somewhat below the least to somewhat above the greatest, which may be equal.</summary>
    public static ValueScale Around(double least, double greatest)
    {
        var margin = greatest > least ? (greatest - least) * Margin : Math.Max(Math.Abs(least) * Margin, 1e-9);
        return new ValueScale(least - margin, greatest + margin);
    }

    public static ValueScale Between(double least, double greatest) => new(least, greatest);

    /// <summary>From zero to one end, above zero or below.</summary>
    public static ValueScale FromZero(double end) => new(Math.Min(end, 0), Math.Max(end, 0));

    /// <summary>The next of 1, 2 and 5 times a power of ten.</summary>
    /// <param name="step">Above zero.</param>
    public static double RoundUp(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return power * ((step / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
    }

    /// <summary>From the top of the chart, 0, to its foot, 1.</summary>
    public double At(double value) => (_max - value) / (_max - _min);

    /// <summary>Round values, not more than so many, with how far they are apart.</summary>
    public (double Step, IReadOnlyList<double> Values) Ticks(int most)
    {
        var step = RoundUp((_max - _min) / most);
        var first = Math.Ceiling(_min / step);
        var count = (int)Math.Min(Math.Floor(_max / step) - first + 1, most + 1);
        return (step, [.. Enumerable.Range(0, Math.Max(count, 0)).Select(i => (first + i) * step)]);
    }
}
