namespace AlgoStack.Trading.Performance;

/// <summary>
/// A fold over an equity curve, of one size however long the curve. Returns are daily: from the last equity of one UTC
/// day with a point to that of the next such day, the first from the opening equity, the last to the newest point. They
/// are annualised by the square root of 252 trading days, whatever is traded, with a risk-free rate of zero; growth is
/// annualised by the calendar, from the first point to the newest.
/// </summary>
public struct EquityStatistics
{
    /// <summary>Trading days of a year.</summary>
    public const int DaysOfYear = 252;

    private const long DayMs = 86_400_000;
    private const double YearMs = 365.25 * DayMs;
    private const long NoDay = long.MinValue;

    private double _peak;
    private double _trough;
    private long _peakMs;
    private double _deepest;
    private long _deepestMs;
    private double _dayBefore;
    private long _nextDayMs;
    private DayFold _days;

    /// <param name="opening">In the account's currency.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not above zero: nothing could be a fraction of it.</exception>
    public EquityStatistics(double opening)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(opening);
        Opening = opening;
        Final = opening;
        _peak = opening;
        _trough = opening;
        _dayBefore = opening;
        _nextDayMs = NoDay;
        _days = new DayFold(opening);
    }

    public double Opening { get; }

    public double Final { get; private set; }

    /// <summary>Unix milliseconds, UTC, of the first point; 0 with none.</summary>
    public long FirstMs { get; private set; }

    /// <summary>Unix milliseconds, UTC, of the newest point; 0 with none.</summary>
    public long LastMs { get; private set; }

    /// <summary>Calendar years of 365.25 days from the first point to the newest; null when that is less than a day.</summary>
    public readonly double? Years => LastMs - FirstMs < DayMs ? null : (LastMs - FirstMs) / YearMs;

    /// <summary>Final less opening, over opening.</summary>
    public readonly double TotalReturn => Change(Opening, Final);

    /// <summary>
    /// The yearly growth that, compounded, makes the total return. Null over less than a day, and when what is left is a
    /// debt. C. R. Bacon, Practical Portfolio Performance Measurement and Attribution (2008).
    /// </summary>
    public readonly double? AnnualReturn =>
        Years is { } years && Final >= 0 ? (Math.Pow(Final / Opening, 1 / years) - 1).OrNull() : null;

    /// <summary>
    /// The deepest fall from a high, over that high; above zero, 0 for none, above 1 when equity went below zero.
    /// </summary>
    public readonly double MaxDrawdown => Finished()._deepest;

    /// <summary>
    /// Days, with their fraction, from the high before the deepest fall to the first point as high again, or to the
    /// newest; 0 for no fall.
    /// </summary>
    public readonly double MaxDrawdownDays => (double)Finished()._deepestMs / DayMs;

    /// <summary>
    /// Mean depth of the falls from a high to the next high, each at its deepest, from the last equity of each day. Null
    /// with no fall. C. R. Bacon, Practical Portfolio Performance Measurement and Attribution (2008).
    /// </summary>
    public readonly double? AverageDrawdown => Finished()._days.AverageDrawdown;

    /// <summary>
    /// Root of the mean square of each day's fall from the highest day before it, as a fraction. Null with no day.
    /// P. G. Martin and B. B. McCann, The Investor's Guide to Fidelity Funds (1989).
    /// </summary>
    public readonly double? UlcerIndex => Finished()._days.UlcerIndex;

    /// <summary>Total return over the deepest fall. Null with no fall. MetaQuotes, MetaTrader 5 Help, Testing Report.</summary>
    public readonly double? RecoveryFactor =>
        MaxDrawdown is > 0 and var deepest ? (TotalReturn / deepest).OrNull() : null;

    /// <summary>
    /// Annual return over the deepest fall. Null with no fall or no annual return. T. W. Young, Calmar Ratio: A Smoother
    /// Tool, Futures 20 (1991).
    /// </summary>
    public readonly double? Calmar =>
        AnnualReturn is { } annual && MaxDrawdown is > 0 and var deepest ? (annual / deepest).OrNull() : null;

    /// <summary>Sample standard deviation of the daily returns, annualised. Null with fewer than two days.</summary>
    public readonly double? Volatility => Finished()._days.Volatility;

    /// <summary>
    /// Root of the mean square of the daily returns' negative part (all days counted), annualised. Null with no day.
    /// F. A. Sortino and L. N. Price, Performance Measurement in a Downside Risk Framework, Journal of Investing 3 (1994).
    /// </summary>
    public readonly double? DownsideDeviation => Finished()._days.DownsideDeviation;

    /// <summary>
    /// Mean daily return over its sample standard deviation, annualised. Null with fewer than two days or when no day
    /// differs. W. F. Sharpe, The Sharpe Ratio, Journal of Portfolio Management 21 (1994).
    /// </summary>
    public readonly double? Sharpe => Finished()._days.Sharpe;

    /// <summary>
    /// Mean daily return over the downside deviation, annualised. Null with fewer than two days or when no day lost.
    /// F. A. Sortino and L. N. Price, as above.
    /// </summary>
    public readonly double? Sortino => Finished()._days.Sortino;

    /// <summary>
    /// The sum of the daily returns above zero over that of those below. Null when no day lost. C. Keating and
    /// W. F. Shadwick, A Universal Performance Measure, Journal of Performance Measurement 6 (2002).
    /// </summary>
    public readonly double? Omega => Finished()._days.Omega;

    /// <summary>Mean of the last equity of each day; null with no day.</summary>
    public readonly double? MeanEquity => Finished()._days.MeanEquity;

    /// <summary>False once a day began with nothing or with a debt: a return on that is no number.</summary>
    public readonly bool AreReturnsKnown => Finished()._days.AreKnown;

    /// <summary>The return so far of the day of the newest point; null with no point, or when no number.</summary>
    public readonly DailyReturn? OpenDay => _nextDayMs != NoDay && _dayBefore > 0 ? EndOfDay() : null;

    /// <summary>
    /// Takes equity at an instant: Unix milliseconds, UTC, never before the one before it. True when that began a new
    /// day and the day before had a return, which <paramref name="ended"/> then is.
    /// </summary>
    public bool Add(long atMs, double equity, out DailyReturn ended)
    {
        ended = default;
        var hasEnded = atMs >= _nextDayMs && BeginDay(atMs, ref ended);
        Final = equity;
        LastMs = atMs;
        if (equity >= _peak)
        {
            EndDrawdown();
            _peak = equity;
            _trough = equity;
            _peakMs = atMs;
        }
        else if (equity < _trough)
        {
            _trough = equity;
        }

        return hasEnded;
    }

    /// <summary>
    /// Takes equity at instants as <see cref="Add"/> would, as long as they are of the open day; cash and a quantity at the price
    /// of each. How many it took.
    /// </summary>
    internal int AddWithinDay(ReadOnlySpan<long> atMs, double cash, double quantity, ReadOnlySpan<double> prices)
    {
        var (nextDayMs, peak, peakMs, trough, equity) = (_nextDayMs, _peak, _peakMs, _trough, Final);
        var i = 0;
        for (; i < atMs.Length && i < prices.Length && atMs[i] < nextDayMs; i++)
        {
            equity = cash + (quantity * prices[i]);
            if (equity >= peak)
            {
                if (trough != peak)
                {
                    (_peak, _peakMs, _trough, LastMs) = (peak, peakMs, trough, atMs[i]);
                    EndDrawdown();
                }

                (peak, peakMs, trough) = (equity, atMs[i], equity);
            }
            else if (equity < trough)
            {
                trough = equity;
            }
        }

        if (i > 0) (_peak, _peakMs, _trough, Final, LastMs) = (peak, peakMs, trough, equity, atMs[i - 1]);
        return i;
    }

    private bool BeginDay(long atMs, ref DailyReturn ended)
    {
        var isKnown = false;
        if (_nextDayMs == NoDay)
        {
            FirstMs = atMs;
            _peakMs = atMs;
        }
        else
        {
            isKnown = _dayBefore > 0;
            if (isKnown) ended = EndOfDay();
            _days.Add(_dayBefore, Final);
            _dayBefore = Final;
        }

        var day = Math.DivRem(atMs, DayMs, out var rest) - (rest < 0 ? 1 : 0);
        _nextDayMs = (day + 1) * DayMs;
        return isKnown;
    }

    private void EndDrawdown()
    {
        if (_trough == _peak) return;
        var depth = -Change(_peak, _trough);
        if (depth <= _deepest) return;
        _deepest = depth;
        _deepestMs = LastMs - _peakMs;
    }

    private readonly DailyReturn EndOfDay() => new(
        DateOnly.FromDateTime(DateTime.UnixEpoch.AddMilliseconds(_nextDayMs - DayMs)), Change(_dayBefore, Final));

    /// <summary>The same fold with the open day and the open drawdown ended here.</summary>
    private readonly EquityStatistics Finished()
    {
        var finished = this;
        if (_nextDayMs == NoDay) return finished;
        finished._days.Add(_dayBefore, Final);
        finished.EndDrawdown();
        return finished;
    }

    // Divided as doubles: a quotient of two sums of money need not fit a double. Rounding must not make a debt of nothing.
    private static double Change(double from, double to)
    {
        var change = (to - from) / from;
        return to < 0 ? change : Math.Max(change, -1);
    }

    private struct DayFold(double opening)
    {
        private int _count;
        private double _mean;
        private double _squares;
        private double _gains;
        private double _losses;
        private double _lossSquares;
        private bool _isUnknown;
        private double _equities;
        private double _high = opening;
        private double _depth;
        private double _depths;
        private double _depthSquares;
        private int _drawdowns;

        public readonly bool AreKnown => !_isUnknown;

        public readonly double? MeanEquity => _count == 0 ? null : _equities / _count;

        public readonly double? AverageDrawdown
        {
            get
            {
                var drawdowns = _drawdowns + (_depth > 0 ? 1 : 0);
                return drawdowns == 0 ? null : (_depths + _depth) / drawdowns;
            }
        }

        public readonly double? UlcerIndex => _count == 0 ? null : Math.Sqrt(_depthSquares / _count).OrNull();

        public readonly double? Volatility => _isUnknown ? null : Annual(Moments.Deviation);

        public readonly double? DownsideDeviation => _isUnknown || _count == 0 ? null : Annual(Math.Sqrt(_lossSquares / _count));

        public readonly double? Sharpe => _isUnknown ? null : Annual(Moments.Sharpe);

        public readonly double? Sortino =>
            _isUnknown || _count < 2 || _lossSquares == 0 ? null : Annual(_mean / Math.Sqrt(_lossSquares / _count));

        public readonly double? Omega => _isUnknown || _losses == 0 ? null : (_gains / _losses).OrNull();

        private readonly Moments Moments => new(_count, _mean, _squares / (_count - 1));

        public void Add(double from, double to)
        {
            _count++;
            _equities += to;
            AddDrawdown(to);

            // Nor is a mean over days of which one is no number.
            if (from <= 0)
            {
                _isUnknown = true;
                return;
            }

            // B. P. Welford, Note on a method for calculating corrected sums of squares and products, Technometrics 4 (1962).
            var change = Change(from, to);
            var before = change - _mean;
            _mean += before / _count;
            _squares += before * (change - _mean);
            if (change > 0)
            {
                _gains += change;
            }
            else
            {
                _losses -= change;
                _lossSquares += change * change;
            }
        }

        private void AddDrawdown(double equity)
        {
            if (equity < _high)
            {
                var depth = -Change(_high, equity);
                _depth = Math.Max(_depth, depth);
                _depthSquares += depth * depth;
                return;
            }

            _high = equity;
            if (_depth == 0) return;
            _depths += _depth;
            _drawdowns++;
            _depth = 0;
        }

        private static double? Annual(double? daily) => (daily * Math.Sqrt(DaysOfYear)).OrNull();
    }
}
