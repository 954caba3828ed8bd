using AlgoStack.Trading.MarketData;

namespace AlgoStack.Benchmarks.Limits;

/// <summary>
/// The least that a backtest can be: a loop over two arrays that crosses two sliding sums, goes all in and out at the next
/// open for 0.1 %, and keeps equity and its deepest fall. It knows no event, no money and no second instrument.
/// </summary>
internal static class LoopLimits
{
    private const double Cost = 0.001;

    /// <returns>Final equity of 100,000, less the deepest fall, so that neither can be left out.</returns>
    public static double Cross(BarSeries bars, int fast, int slow)
    {
        var (open, close) = (bars.Open, bars.Close);
        double fastSum = 0, slowSum = 0, cash = 100_000, held = 0, peak = 0, deepest = 0;
        var (wasAbove, wanted) = (false, 0);
        for (var i = 0; i < close.Length; i++)
        {
            if (wanted != 0)
            {
                if (wanted > 0)
                {
                    held = cash / (open[i] * (1 + Cost));
                    cash = 0;
                }
                else
                {
                    cash = held * open[i] * (1 - Cost);
                    held = 0;
                }

                wanted = 0;
            }

            fastSum += close[i];
            slowSum += close[i];
            if (i >= fast) fastSum -= close[i - fast];
            if (i >= slow) slowSum -= close[i - slow];
            if (i >= slow - 1)
            {
                var isAbove = fastSum / fast > slowSum / slow;
                if (isAbove != wasAbove) wanted = isAbove ? 1 : held > 0 ? -1 : 0;
                wasAbove = isAbove;
            }

            var equity = cash + (held * close[i]);
            if (equity > peak) peak = equity;
            else if (peak - equity > deepest * peak) deepest = (peak - equity) / peak;
        }

        return cash + (held * close[^1]) - deepest;
    }
}
