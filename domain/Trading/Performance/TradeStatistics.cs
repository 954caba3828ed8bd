namespace AlgoStack.Trading.Performance;

/// <summary>
/// A fold over the profits and losses of closed trades, in their order. A trade that made nothing is a trade but neither
/// win nor loss, and ends a row of either. <c>default</c> is the start.
/// </summary>
public struct TradeStatistics
{
    private int _wins;
    private int _losses;
    private int _winsInARow;
    private int _lossesInARow;
    private decimal _won;
    private decimal _lost;
    private decimal _largestWin;
    private decimal _largestLoss;
    private long _heldMs;

    public int Count { get; private set; }

    public int MostConsecutiveWins { get; private set; }

    public int MostConsecutiveLosses { get; private set; }

    /// <summary>Wins over trades, 0 to 1; null with no trade.</summary>
    public readonly double? WinRate => Count == 0 ? null : (double)_wins / Count;

    /// <summary>What the wins made over what the losses lost; null with no loss.</summary>
    public readonly double? ProfitFactor => _losses == 0 ? null : (double)_won / -(double)_lost;

    /// <summary>Null with no win.</summary>
    public readonly decimal? AverageWin => _wins == 0 ? null : _won / _wins;

    /// <summary>Below zero; null with no loss.</summary>
    public readonly decimal? AverageLoss => _losses == 0 ? null : _lost / _losses;

    /// <summary>Null with no win.</summary>
    public readonly decimal? LargestWin => _wins == 0 ? null : _largestWin;

    /// <summary>Below zero; null with no loss.</summary>
    public readonly decimal? LargestLoss => _losses == 0 ? null : _largestLoss;

    /// <summary>Average win over average loss, above zero; null with no win or no loss.</summary>
    public readonly double? PayoffRatio =>
        _wins == 0 || _losses == 0 ? null : (double)(_won / _wins) / -(double)(_lost / _losses);

    /// <summary>
    /// Mean profit and loss of a trade; null with no trade. V. K. Tharp, Trade Your Way to Financial Freedom (1998).
    /// </summary>
    public readonly decimal? Expectancy => Count == 0 ? null : (_won + _lost) / Count;

    /// <summary>
    /// The fraction of capital to put at risk for the fastest growth, were every win and every loss the average one:
    /// p - (1 - p) / payoff ratio, p the wins among wins and losses; below zero, none. Null with no win or no loss.
    /// J. L. Kelly, A New Interpretation of Information Rate, Bell System Technical Journal 35 (1956).
    /// </summary>
    public readonly double? Kelly =>
        PayoffRatio is { } payoff ? ((double)_wins - (_losses / payoff)) / (_wins + _losses) : null;

    /// <summary>Mean time from a trade's first fill to its last; null with no trade.</summary>
    public readonly TimeSpan? AverageHolding => Count == 0 ? null : TimeSpan.FromMilliseconds((double)_heldMs / Count);

    /// <param name="profitAndLoss">Net of commission.</param>
    /// <param name="heldMs">Milliseconds from the first fill to the last.</param>
    public void Add(decimal profitAndLoss, long heldMs)
    {
        Count++;
        _heldMs += heldMs;
        _winsInARow = profitAndLoss > 0 ? _winsInARow + 1 : 0;
        _lossesInARow = profitAndLoss < 0 ? _lossesInARow + 1 : 0;
        MostConsecutiveWins = Math.Max(MostConsecutiveWins, _winsInARow);
        MostConsecutiveLosses = Math.Max(MostConsecutiveLosses, _lossesInARow);
        if (profitAndLoss > 0)
        {
            _wins++;
            _won += profitAndLoss;
            _largestWin = Math.Max(_largestWin, profitAndLoss);
        }
        else if (profitAndLoss < 0)
        {
            _losses++;
            _lost += profitAndLoss;
            _largestLoss = Math.Min(_largestLoss, profitAndLoss);
        }
    }
}
