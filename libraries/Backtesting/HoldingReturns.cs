using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting;

/// <summary>What holding would have made, day by day.</summary>
internal static class HoldingReturns
{
    private const long DayMs = 86_400_000;

    /// <summary>
    /// The mean, over a currency's instruments, of each one's return from the last close of one UTC day to that of its next.
    /// </summary>
    public static DailyReturns Of(BarSeries bars, string currency)
    {
        var lasts = new (long Day, double Before, double Close)[bars.Instruments.Count];
        var days = new SortedDictionary<long, (double Sum, int Count)>();
        for (var row = 0; row < bars.Count; row++)
        {
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

        void Count((long Day, double Before, double Close) last)
        {
            if (!(last.Before > 0)) return;
            var (sum, count) = days.GetValueOrDefault(last.Day);
            days[last.Day] = (sum + (last.Close / last.Before) - 1, count + 1);
        }
    }
}
