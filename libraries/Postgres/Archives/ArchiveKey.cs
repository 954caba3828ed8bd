using System.Buffers.Text;
using System.Text;

namespace AlgoStack.Postgres.Archives;

/// <summary>The value that an archive is sorted by, as one number: times in microseconds since 1970 UTC.</summary>
public static class ArchiveKey
{
    /// <summary>Session settings under which PostgreSQL writes values as they are read here, without loss.</summary>
    internal const string Settings =
        "set local datestyle = 'ISO'; set local timezone = 'UTC'; set local extra_float_digits = 1; set local bytea_output = 'hex'";

    public static long Of(DateTimeOffset at) => (at.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTime ToTime(long key) => DateTime.UnixEpoch.AddTicks(key * TimeSpan.TicksPerMicrosecond);

    /// <summary>A <c>bigint</c>, <c>date</c> or UTC <c>timestamptz</c> as PostgreSQL writes them.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    internal static long Parse(ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length) return number;

        return TryParseTime(text, out var time)
            ? time
            : throw new FormatException($"Expected a number or a time, found '{Encoding.UTF8.GetString(text)}'.");
    }

    // 2024-01-02, or 2024-01-02 14:31:00.123456+00: a tenth of what the general parser takes.
    private static bool TryParseTime(ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        if (text.Length < 10 || !TryPart(text[..4], out var year) || !TryPart(text[5..7], out var month) || !TryPart(text[8..10], out var day))
            return false;

        time = Of(new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero));
        if (text.Length == 10) return true;
        if (text.Length < 22 || !text.EndsWith("+00"u8)
            || !TryPart(text[11..13], out var hour) || !TryPart(text[14..16], out var minute) || !TryPart(text[17..19], out var second))
        {
            return false;
        }

        time += ((hour * 60L + minute) * 60 + second) * 1_000_000;
        if (text.Length == 22) return true;
        var digits = text[20..^3];
        if (text[19] != '.' || digits.Length > 6 || !TryPart(digits, out var fraction)) return false;
        for (var place = digits.Length; place < 6; place++) fraction *= 10;
        time += fraction;
        return true;
    }

    private static bool TryPart(ReadOnlySpan<byte> text, out int value) => Utf8Parser.TryParse(text, out value, out var used) && used == text.Length;
}
