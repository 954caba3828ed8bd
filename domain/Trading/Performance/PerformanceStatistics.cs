namespace AlgoStack.Trading.Performance;

/// <summary>
/// How an account has done. Money is in the account's currency and net of commission, losses below zero; ratios are
/// fractions. Null: cannot be known, as a win rate with no trade.
/// </summary>
/// <param name="ProfitAndLoss">Final less opening equity, open positions at their last price.</param>
/// <param name="TotalReturn">Profit and loss over opening equity.</param>
/// <param name="AnnualReturn">See <see cref="EquityStatistics.AnnualReturn"/>.</param>
/// <param name="Trades">Round trips closed; what is still open is none yet.</param>
/// <param name="WinRate">Trades that made money over all trades.</param>
/// <param name="ProfitFactor">What winning trades made over what losing ones lost; null with no loss.</param>
/// <param name="Sharpe">See <see cref="EquityStatistics.Sharpe"/>.</param>
/// <param name="Sortino">See <see cref="EquityStatistics.Sortino"/>.</param>
/// <param name="MaxDrawdown">The deepest fall from a high, over that high; above zero, 0 for none.</param>
/// <param name="Commission">All that was paid, on open positions too.</param>
public sealed record PerformanceStatistics(
    decimal OpeningEquity,
    decimal FinalEquity,
    decimal ProfitAndLoss,
    double TotalReturn,
    double? AnnualReturn,
    int Trades,
    double? WinRate,
    double? ProfitFactor,
    double? Sharpe,
    double? Sortino,
    double MaxDrawdown,
    decimal? AverageWin,
    decimal? AverageLoss,
    decimal? LargestWin,
    decimal? LargestLoss,
    int MostConsecutiveWins,
    int MostConsecutiveLosses,
    decimal Commission,
    RiskStatistics Risk,
    ActivityStatistics Activity);
