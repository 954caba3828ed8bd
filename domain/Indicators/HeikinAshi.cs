using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>
/// Bars of averages: one closes at the mean of the bar's four prices and opens in the middle of the averaged bar before, the
/// first in the middle of its own open and close. Dan Valcu, Using the Heikin-Ashi Technique, Technical Analysis of Stocks
/// and Commodities, 2004.
/// </summary>
public struct HeikinAshi : IIndicator
{
    public HeikinAshi()
    {
        Open = double.NaN;
        High = double.NaN;
        Low = double.NaN;
        Close = double.NaN;
    }

    /// <summary>Bars needed before there is a first value: one.</summary>
    public readonly int WarmUp => 1;

    public readonly bool IsWarm => !double.IsNaN(Close);

    /// <summary>NaN until warm, as are all that follow.</summary>
    public double Open { get; private set; }

    public double High { get; private set; }

    public double Low { get; private set; }

    public double Close { get; private set; }

    public void Push(in Bar bar)
    {
        var sum = bar.Open + bar.High + bar.Low + bar.Close;
        if (!double.IsFinite(sum)) return;

        Open = IsWarm ? (Open + Close) / 2 : (bar.Open + bar.Close) / 2;
        Close = sum / 4;
        High = Math.Max(bar.High, Math.Max(Open, Close));
        Low = Math.Min(bar.Low, Math.Min(Open, Close));
    }
}
