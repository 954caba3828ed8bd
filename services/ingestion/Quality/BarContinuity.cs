using System.Globalization;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Quality;

/// <summary>Something worth a word about an accepted bar. <paramref name="Kind"/> is <c>gap</c> or <c>jump</c>.</summary>
internal readonly record struct BarFlag(string Kind, long PreviousMs, long CurrentMs, string Detail);

/// <summary>
/// Flags on accepted bars of one timeframe, in order within each instrument: a gap when more than one timeframe lies
/// between two bars, a jump when the price moved far from a bar less than <see cref="JumpTimeframes"/> old. A flag
/// keeps nothing out.
/// </summary>
internal sealed class BarContinuity(Timeframe timeframe)
{
    public const string Gap = "gap";
    public const string Jump = "jump";

    /// <summary>A move of the open or close away from the close before it, as a fraction of that close.</summary>
    public const double JumpFraction = 0.20;

    /// <summary>A price is compared only with one younger than this: after a pause a move says nothing.</summary>
    public const int JumpTimeframes = 5;

    /// <summary>Flags of one kind that carry their detail; the rest are counted only.</summary>
    public const int MostDetailed = 100;

    private readonly List<Bar> _previous = [];

    public long Gaps { get; private set; }

    public long Jumps { get; private set; }

    /// <summary>Counts the bar's flags, and adds the first <see cref="MostDetailed"/> of each kind to <paramref name="flags"/>.</summary>
    public void Check<T>(int instrument, in Bar bar, T tag, List<(T Tag, BarFlag Flag)> flags)
    {
        while (_previous.Count <= instrument) _previous.Add(default);
        var previous = _previous[instrument];
        _previous[instrument] = bar;
        if (previous == default) return;

        var steps = (bar.CloseMs - previous.CloseMs) / (double)timeframe.Milliseconds;
        if (steps > 1 && ++Gaps <= MostDetailed)
        {
            flags.Add((tag, new BarFlag(Gap, previous.CloseMs, bar.CloseMs, string.Create(
                CultureInfo.InvariantCulture, $"{steps:0.##} timeframes of {timeframe} after the bar before it"))));
        }

        if (steps >= JumpTimeframes) return;

        var move = Math.Max(Math.Abs(bar.Open / previous.Close - 1), Math.Abs(bar.Close / previous.Close - 1));
        if (move > JumpFraction && ++Jumps <= MostDetailed)
        {
            flags.Add((tag, new BarFlag(Jump, previous.CloseMs, bar.CloseMs, string.Create(
                CultureInfo.InvariantCulture,
                $"moved {move:P1} from a close of {previous.Close} to an open of {bar.Open} and a close of {bar.Close}"))));
        }
    }
}
