using System.Runtime.InteropServices;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;

namespace AlgoStack.Trading.Performance;

/// <summary>
/// Keeps one account's statistics while it trades: feed it every fill, and equity at every instant. Nothing is allocated
/// for either, once an instrument is known, but room for one return a day.
/// </summary>
/// <param name="openingEquity">Above zero.</param>
public sealed class PerformanceTracker(decimal openingEquity)
{
    private readonly RoundTrips _roundTrips = new();
    private readonly List<DailyReturn> _days = [];
    private EquityStatistics _equity = new((double)openingEquity);
    private TradeStatistics _trades;
    private MarketTime _market;
    private decimal _bought;
    private decimal _sold;
    private decimal _commission;

    /// <summary>Takes a fill; true when it closed a position, which <paramref name="trade"/> then sums up.</summary>
    /// <inheritdoc cref="RoundTrips.OnFill"/>
    public bool OnFill(
        InstrumentId instrument, OrderSide side, decimal quantity, decimal price, decimal commission, long atMs, out RoundTrip trade)
    {
        var isClosed = _roundTrips.OnFill(instrument, side, quantity, price, commission, atMs, out trade);
        _market.OnFill(atMs, _roundTrips.OpenPositions > 0);
        _commission += commission;
        if (side is OrderSide.Buy)
        {
            _bought += quantity * price;
        }
        else
        {
            _sold += quantity * price;
        }

        if (isClosed) _trades.Add(trade.ProfitAndLoss, trade.ClosedMs - trade.OpenedMs);
        return isClosed;
    }

    /// <summary>Takes a split of what is held; true when less than a lot was left and the position is closed, as <paramref name="trade"/> sums up.</summary>
    /// <inheritdoc cref="OnFill"/>
    public bool OnSplit(PositionSplit split, long atMs, out RoundTrip trade)
    {
        _roundTrips.OnSplit(split.Instrument, new Split(split.Instrument, atMs, split.New, split.Old), split.Quantity + split.Fraction);
        if (split.Fraction != 0)
        {
            var side = split.Fraction > 0 ? OrderSide.Sell : OrderSide.Buy;
            return OnFill(split.Instrument, side, Math.Abs(split.Fraction), split.Price, commission: 0, atMs, out trade);
        }

        trade = default;
        return false;
    }

    /// <inheritdoc cref="RoundTrips.OnIncome"/>
    public void OnIncome(InstrumentId instrument, decimal amount) => _roundTrips.OnIncome(instrument, amount);

    /// <summary>Takes equity at an instant: Unix milliseconds, UTC, never before the one before it.</summary>
    public void OnEquity(long atMs, double equity)
    {
        if (_equity.Add(atMs, equity, out var ended)) _days.Add(ended);
    }

    /// <summary>Takes equity at instants at which nothing trades, as <see cref="OnEquity"/> would one by one.</summary>
    /// <param name="cash">What is there beside the one position.</param>
    /// <param name="quantity">Signed, of the one position.</param>
    /// <param name="prices">Of the position, one for each instant.</param>
    public void OnEquities(ReadOnlySpan<long> atMs, double cash, double quantity, ReadOnlySpan<double> prices)
    {
        for (var i = 0; i < atMs.Length;)
        {
            i += _equity.AddWithinDay(atMs[i..], cash, quantity, prices[i..]);
            if (i == atMs.Length) return;
            OnEquity(atMs[i], cash + (quantity * prices[i]));
            i++;
        }
    }

    /// <summary>The returns so far, that of the open day too; null when they are no numbers, as on a debt.</summary>
    public DailyReturns? DailyReturns()
    {
        if (!_equity.AreReturnsKnown) return null;
        var returns = CollectionsMarshal.AsSpan(_days);
        return _equity.OpenDay is { } open ? new DailyReturns([.. returns, open]) : new DailyReturns(returns);
    }

    /// <summary>The statistics so far. Sorts the daily returns: to be asked for now and then, not at every instant.</summary>
    /// <param name="finalEquity">The newest equity, exact.</param>
    public PerformanceStatistics Statistics(decimal finalEquity) => new(
        openingEquity,
        finalEquity,
        finalEquity - openingEquity,
        _equity.TotalReturn,
        _equity.AnnualReturn,
        _trades.Count,
        _trades.WinRate,
        _trades.ProfitFactor,
        _equity.Sharpe,
        _equity.Sortino,
        _equity.MaxDrawdown,
        _trades.AverageWin,
        _trades.AverageLoss,
        _trades.LargestWin,
        _trades.LargestLoss,
        _trades.MostConsecutiveWins,
        _trades.MostConsecutiveLosses,
        _commission,
        RiskStatistics.Of(_equity, DailyReturns()),
        new ActivityStatistics(
            _trades.PayoffRatio,
            _trades.Expectancy,
            _trades.Kelly,
            _trades.AverageHolding,
            _market.Share(_equity.FirstMs, _equity.LastMs),
            Turnover()));

    private double? Turnover() =>
        _equity.Years is { } years && _equity.MeanEquity is > 0 and var mean
            ? (double)Math.Min(_bought, _sold) / mean / years
            : null;

    private struct MarketTime
    {
        private bool _isOpen;
        private bool _hasChanged;
        private long _firstMs;
        private long _lastMs;
        private long _openMs;

        public void OnFill(long atMs, bool isOpen)
        {
            if (isOpen == _isOpen) return;
            if (_isOpen) _openMs += atMs - _lastMs;
            if (!_hasChanged) _firstMs = atMs;
            _isOpen = isOpen;
            _hasChanged = true;
            _lastMs = atMs;
        }

        // A fill may come before the first equity or after the newest: the time then reaches as far.
        public readonly double? Share(long fromMs, long toMs)
        {
            if (fromMs == toMs) return null;
            if (!_hasChanged) return 0;
            var (from, to) = (Math.Min(fromMs, _firstMs), Math.Max(toMs, _lastMs));
            return (double)(_openMs + (_isOpen ? to - _lastMs : 0)) / (to - from);
        }
    }
}
