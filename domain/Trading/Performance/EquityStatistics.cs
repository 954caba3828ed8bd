namespace AlgoStack.Trading.Performance;

/// <summary>
/// A fold over an equity curve. Returns are daily: from the last equity of one UTC day with a point to that of the next
/// such day, the first from the opening equity, the last to the newest point. They are annualised by the square root of
/// 252 trading days, whatever is traded, with a risk-free rate of zero.
/// </summary>
public struct EquityStatistics
{
    /// <summary>Trading days of a year.</summary>
    public const int DaysOfYear = 252;

    private const long DayMs = 86_400_000;

    private decimal _peak;
    private decimal _dayBefore;
    private long _day;
    private bool _hasDay;
    private DailyReturns _returns;

    /// <param name="opening">In the account's currency.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not above zero: nothing could be a fraction of it.</exception>
    public EquityStatistics(decimal opening)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(opening);
        Opening = opening;
        Final = opening;
        _peak = opening;
        _dayBefore = opening;
    }

    public decimal Opening { get; }

    public decimal Final { get; private set; }

    /// <summary>The deepest fall from a high, over that high; above zero, 0 for none, above 1 when equity went below zero.</summary>
    public double MaxDrawdown { get; private set; }

    /// <summary>
    /// Mean daily return over its sample standard deviation, annualised. Null with fewer than two days or when no day
    /// differs. W. F. Sharpe, The Sharpe Ratio, Journal of Portfolio Management 21 (1994).
    /// </summary>
    public readonly double? Sharpe => WithOpenDay().Sharpe;

    /// <summary>
    /// Mean daily return over the root of the mean square of its negative part (all days counted), annualised. Null
    /// with fewer than two days or when no day lost. F. A. Sortino and L. N. Price, Performance Measurement in a
    /// Downside Risk Framework, Journal of Investing 3 (1994).
    /// </summary>
    public readonly double? Sortino => WithOpenDay().Sortino;

    /// <summary>Takes equity at an instant: Unix milliseconds, UTC, never before the one before it.</summary>
    public void Add(long atMs, decimal equity)
    {
        var day = Math.DivRem(atMs, DayMs, out var rest) - (rest < 0 ? 1 : 0);
        if (_hasDay && day != _day)
        {
            _returns.Add(_dayBefore, Final);
            _dayBefore = Final;
        }

        _hasDay = true;
        _day = day;
        Final = equity;
        if (equity >= _peak)
        {
            _peak = equity;
            return;
        }

        var drawdown = (double)((_peak - equity) / _peak);
        if (drawdown > MaxDrawdown) MaxDrawdown = drawdown;
    }

    private readonly DailyReturns WithOpenDay()
    {
        var returns = _returns;
        if (_hasDay) returns.Add(_dayBefore, Final);
        return returns;
    }

    // Welford's running mean and squares, as StandardDeviation of the indicators has them; here nothing leaves the window.
    private struct DailyReturns
    {
        private int _count;
        private double _mean;
        private double _squares;
        private double _lossSquares;
        private bool _isUnknown;

        public readonly double? Sharpe => Ratio(_squares / (_count - 1));

        public readonly double? Sortino => Ratio(_lossSquares / _count);

        public void Add(decimal from, decimal to)
        {
            // A return on nothing, or on a debt, is no number; nor is a mean over days of which one is not.
            if (from <= 0)
            {
                _isUnknown = true;
                return;
            }

            var change = (double)((to - from) / from);
            _count++;
            var before = change - _mean;
            _mean += before / _count;
            _squares += before * (change - _mean);
            if (change < 0) _lossSquares += change * change;
        }

        private readonly double? Ratio(double variance) =>
            _isUnknown || _count < 2 || !(variance > 0) ? null : _mean / Math.Sqrt(variance) * Math.Sqrt(DaysOfYear);
    }
}
