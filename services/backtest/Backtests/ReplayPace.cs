using System.Globalization;

namespace AlgoStack.Backtest.Backtests;

/// <summary>How fast a replay goes: <c>1x</c> to <c>1000x</c> of the bars' own time, or <c>max</c>.</summary>
public sealed record ReplayPace
{
    private const int Fastest = 1_000;

    /// <summary>However long the market slept, nobody waits longer than this between two instants.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly double _speed;

    private ReplayPace(double speed) => _speed = speed;

    public bool IsUnpaced => double.IsPositiveInfinity(_speed);

    /// <summary>False when <paramref name="text"/> is no speed.</summary>
    public static bool TryParse(string? text, out ReplayPace pace)
    {
        pace = new ReplayPace(double.PositiveInfinity);
        if (text is null or "max") return true;

        if (!text.EndsWith('x') || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var speed) || speed is < 1 or > Fastest)
        {
            return false;
        }

        pace = new ReplayPace(speed);
        return true;
    }

    /// <summary>The pause from one instant to the next, both in Unix milliseconds.</summary>
    public TimeSpan Between(long fromMs, long toMs)
    {
        var pause = TimeSpan.FromMilliseconds((toMs - fromMs) / _speed);
        return pause < LongestPause ? pause : LongestPause;
    }
}
