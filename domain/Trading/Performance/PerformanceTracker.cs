using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Performance;

/// <summary>
/// Keeps one account's statistics while it trades: feed it every fill, and equity at every instant. Nothing is allocated
/// for either, once an instrument is known.
/// </summary>
/// <param name="openingEquity">Above zero.</param>
public sealed class PerformanceTracker(decimal openingEquity)
{
    private readonly RoundTrips _roundTrips = new();
    private EquityStatistics _equity = new(openingEquity);
    private TradeStatistics _trades;
    private decimal _commission;

    /// <summary>Takes a fill; true when it closed a position, which <paramref name="trade"/> then sums up.</summary>
    /// <inheritdoc cref="RoundTrips.OnFill"/>
    public bool OnFill(
        InstrumentId instrument, OrderSide side, decimal quantity, decimal price, decimal commission, long atMs, out RoundTrip trade)
    {
        _commission += commission;
        if (!_roundTrips.OnFill(instrument, side, quantity, price, commission, atMs, out trade)) return false;
        _trades.Add(trade.ProfitAndLoss);
        return true;
    }

    /// <inheritdoc cref="EquityStatistics.Add"/>
    public void OnEquity(long atMs, decimal equity) => _equity.Add(atMs, equity);

    /// <summary>The statistics so far.</summary>
    public PerformanceStatistics Statistics() => new(
        _equity.Opening,
        _equity.Final,
        _equity.Final - _equity.Opening,
        (double)((_equity.Final - _equity.Opening) / _equity.Opening),
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
        _commission);
}
