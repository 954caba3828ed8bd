using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting;

/// <summary>What holding would have made, day by day.</summary>
internal static class HoldingReturns
{
    private const long DayMs = 86_400_000;

    /// <summary>
    /// The mean, over a currency's instruments, of each one's return from the last close of one UTC day to that of its next, the
    /// former less dividends and divided by splits meanwhile.
    /// </summary>
    public static DailyReturns Of(BarSeries bars, string currency)
    {
        var lasts = new (long Day, double Before, double Close)[bars.Instruments.Count];
        var days = new SortedDictionary<long, (double Sum, int Count)>();
        var next = 0;
        for (var row = 0; row < bars.Count; row++)
        {
            for (; next < bars.Actions.Count && bars.Actions[next].ExMs < bars.CloseMs[row]; next++) Adjust(bars.Actions[next]);

            var instrument = bars.Instrument[row];
            if (bars.Instruments[instrument].Currency != currency) continue;

            ref var last = ref lasts[instrument];
            // A bar that closes at midnight is of the day that ends there.
            var day = (bars.CloseMs[row] - 1) / DayMs;
            if (day != last.Day)
            {
                Count(last);
                last = (day, last.Close, bars.Close[row]);
            }

            last.Close = bars.Close[row];
        }

        foreach (var last in lasts) Count(last);
        return new DailyReturns([.. days.Select(d => new DailyReturn(
            DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(d.Key)), d.Value.Sum / d.Value.Count))]);

        void Adjust(CorporateAction action)
        {
            for (var i = 0; i < lasts.Length; i++)
            {
                if (bars.Instruments[i].Id == action.Instrument) lasts[i] = Adjusted(lasts[i], action);
            }
        }

        void Count((long Day, double Before, double Close) last)
        {
            if (!(last.Before > 0)) return;
            var (sum, count) = days.GetValueOrDefault(last.Day);
            days[last.Day] = (sum + (last.Close / last.Before) - 1, count + 1);
        }
    }

    // Both closes by one factor: the return that lies between them stays.
    private static (long Day, double Before, double Close) Adjusted((long Day, double Before, double Close) last, CorporateAction action)
    {
        var factor = action switch
        {
            Split split => 1 / split.Ratio,
            CashDividend dividend when last.Close > 0 => Math.Max(1 - ((double)dividend.Amount / last.Close), 0),
            _ => 1,
        };
        return (last.Day, last.Before * factor, last.Close * factor);
    }
}
