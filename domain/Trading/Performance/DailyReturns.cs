namespace AlgoStack.Trading.Performance;

/// <summary>Daily returns of a run or of a benchmark, oldest first, in two columns of one length.</summary>
public sealed class DailyReturns
{
    private readonly DateOnly[] _days;
    private readonly double[] _values;

    /// <exception cref="ArgumentException">
    /// A day is not after the one before it, a return is not finite, or one follows a day that left a debt.
    /// </exception>
    public DailyReturns(params ReadOnlySpan<DailyReturn> returns)
    {
        _days = new DateOnly[returns.Length];
        _values = new double[returns.Length];
        for (var i = 0; i < returns.Length; i++)
        {
            var (day, value) = returns[i];
            if (i > 0 && day <= _days[i - 1])
                throw new ArgumentException($"DailyReturns: found {day:O} after {_days[i - 1]:O}.", nameof(returns));
            if (!double.IsFinite(value))
                throw new ArgumentException($"DailyReturns: expected finite returns, found {value} on {day:O}.", nameof(returns));
            if (i > 0 && _values[i - 1] < -1)
                throw new ArgumentException($"DailyReturns: expected none after a debt, found one on {day:O}.", nameof(returns));
            _days[i] = day;
            _values[i] = value;
        }
    }

    public int Count => _values.Length;

    public ReadOnlySpan<DateOnly> Days => _days;

    /// <summary>As fractions.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>The table of months that have a day, oldest first.</summary>
    public IReadOnlyList<MonthlyReturn> Months()
    {
        var months = new List<MonthlyReturn>();
        for (var i = 0; i < Count;)
        {
            var (year, month, _) = _days[i];
            var growth = 1.0;
            for (; i < Count && _days[i].Year == year && _days[i].Month == month; i++) growth = Grow(growth, _values[i]);
            months.Add(new MonthlyReturn(year, month, growth - 1));
        }

        return months;
    }

    /// <summary>The returns of the days that both have; days that only one has are left out.</summary>
    public static (double[] First, double[] Second) OnSameDays(DailyReturns first, DailyReturns second)
    {
        var (firsts, seconds) = (new List<double>(), new List<double>());
        for (int i = 0, j = 0; i < first.Count && j < second.Count;)
        {
            var order = first._days[i].CompareTo(second._days[j]);
            if (order == 0)
            {
                firsts.Add(first._values[i]);
                seconds.Add(second._values[j]);
            }

            if (order <= 0) i++;
            if (order >= 0) j++;
        }

        return ([.. firsts], [.. seconds]);
    }

    /// <summary>Wealth after a return, held within what a double can say.</summary>
    internal static double Grow(double wealth, double change) =>
        Math.Clamp(wealth * (1 + change), -double.MaxValue, double.MaxValue);
}
