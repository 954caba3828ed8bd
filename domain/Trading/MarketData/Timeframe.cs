using System.Globalization;

namespace AlgoStack.Trading.MarketData;

/// <summary>The span of a bar, written <c>1s</c>, <c>5m</c>, <c>1h</c>, <c>1d</c> or <c>1w</c>. Always positive, whole seconds.</summary>
public readonly record struct Timeframe
{
    private static readonly (char Unit, long Milliseconds)[] Units =
        [('w', 604_800_000), ('d', 86_400_000), ('h', 3_600_000), ('m', 60_000), ('s', 1_000)];

    public Timeframe(long milliseconds)
    {
        if (milliseconds <= 0 || milliseconds % 1_000 != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(milliseconds), milliseconds, "Timeframe: expected a positive number of whole seconds.");
        }

        Milliseconds = milliseconds;
    }

    public static Timeframe Minute { get; } = new(60_000);

    public static Timeframe Hour { get; } = new(3_600_000);

    public static Timeframe Day { get; } = new(86_400_000);

    public long Milliseconds { get; }

    /// <summary>False when <paramref name="text"/> is not a count above zero and one of the units s, m, h, d, w.</summary>
    public static bool TryParse(string? text, out Timeframe timeframe)
    {
        timeframe = default;
        if (text is not { Length: > 1 }) return false;

        var unit = Array.Find(Units, u => u.Unit == text[^1]).Milliseconds;
        if (unit == 0 || !int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0)
        {
            return false;
        }

        timeframe = new Timeframe(count * unit);
        return true;
    }

    /// <exception cref="FormatException">Not what <see cref="TryParse"/> takes.</exception>
    public static Timeframe Parse(string text) => TryParse(text, out var timeframe)
        ? timeframe
        : throw new FormatException($"Timeframe: expected such as 1m, 1h or 1d, found '{text}'.");

    public override string ToString()
    {
        var milliseconds = Milliseconds;
        var (unit, size) = Array.Find(Units, u => milliseconds % u.Milliseconds == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / size}{unit}");
    }
}
