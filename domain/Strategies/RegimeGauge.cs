using AlgoStack.Indicators;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>Tells the market's character from bars: how straight it goes, and how far beside how far it used to.</summary>
internal struct RegimeGauge
{
    private const double VolatileFrom = 1.5;
    private const double QuietTo = 0.75;
    private const double TrendingFrom = 0.4;

    private Atr _range;
    private Atr _usualRange;
    private EfficiencyRatio _efficiency;

    public static RegimeGauge Create() => new()
    {
        _range = new Atr(14),
        _usualRange = new Atr(50),
        _efficiency = new EfficiencyRatio(20),
    };

    public readonly bool IsWarm => _usualRange.IsWarm;

    /// <summary>Average true range of 14 bars, in units of the price.</summary>
    public readonly double Range => _range.Value;

    /// <summary>0, back where it was 20 bars ago, to 1, straight.</summary>
    public readonly double Efficiency => _efficiency.Value;

    public readonly Regime Regime
    {
        get
        {
            if (_range.Value >= VolatileFrom * _usualRange.Value) return Regime.Volatile;
            if (_efficiency.Value >= TrendingFrom) return Regime.Trending;
            return _range.Value <= QuietTo * _usualRange.Value ? Regime.Quiet : Regime.Ranging;
        }
    }

    public void Push(in Bar bar)
    {
        _range.Push(bar);
        _usualRange.Push(bar);
        _efficiency.Push(bar.Close);
    }
}
