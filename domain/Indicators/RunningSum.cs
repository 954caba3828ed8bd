namespace AlgoStack.Indicators;

/// <summary>
/// A sum that keeps beside it what it rounds away: otherwise a year of bars, or one that was a thousand times too large,
/// would stay in it for ever. A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen, 1974.
/// </summary>
internal struct RunningSum
{
    private double _sum;
    private double _lost;

    public readonly double Value => _sum + _lost;

    public void Add(double value)
    {
        var sum = _sum + value;
        _lost += Math.Abs(_sum) >= Math.Abs(value) ? _sum - sum + value : value - sum + _sum;
        _sum = sum;
    }
}
