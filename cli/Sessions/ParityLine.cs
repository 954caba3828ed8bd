using System.Globalization;
using AlgoStack.Contracts.Backtests;

namespace AlgoStack.Cli.Sessions;

/// <summary>The one line that says whether live and backtest did the same.</summary>
internal static class ParityLine
{
    /// <summary>Everything equal, and something there to be equal.</summary>
    public static bool IsWhole(ParityReport parity) =>
        parity.SignalsLive > 0
        && parity.IntentsLive > 0
        && parity.SignalsEqual == parity.SignalsLive
        && parity.SignalsEqual == parity.SignalsBacktest
        && parity.IntentsEqual == parity.IntentsLive
        && parity.IntentsEqual == parity.IntentsBacktest
        && parity.OrderListHashLive == parity.OrderListHashBacktest;

    public static string Of(ParityReport parity)
    {
        // Cut, not rounded: 100.00 is said of the whole alone.
        var percent = IsWhole(parity) ? 100 : Math.Min(99.99, Math.Floor(parity.Score * 10_000) / 100);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"parity {percent:0.00} % (signals {parity.SignalsEqual}/{parity.SignalsLive}, order intents {parity.IntentsEqual}/{parity.IntentsLive})");
    }

    /// <summary>Why it is not whole, or null.</summary>
    public static string? Reason(ParityReport parity) =>
        IsWhole(parity) ? null
        : parity.FirstDifference is { } difference ? difference
        : parity.SignalsLive == 0 || parity.SignalsBacktest == 0 ? $"There were {parity.SignalsLive} signals live and {parity.SignalsBacktest} in the backtest."
        : parity.IntentsLive == 0 || parity.IntentsBacktest == 0 ? $"There were {parity.IntentsLive} order intents live and {parity.IntentsBacktest} in the backtest."
        : $"Signals: {parity.SignalsLive} live, {parity.SignalsBacktest} in the backtest; order intents: {parity.IntentsLive} live, {parity.IntentsBacktest} in the backtest.";
}
