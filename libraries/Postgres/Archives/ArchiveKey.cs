using System.Buffers.Text;
using System.Globalization;
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

        // 2024-01-02 14:31:00.123456+00
        Span<char> chars = stackalloc char[40];
        var length = text.Length <= chars.Length ? Encoding.ASCII.GetChars(text, chars) : 0;
        return DateTimeOffset.TryParse(
            chars[..length], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Of(at)
            : throw new FormatException($"Expected a number or a time, found '{Encoding.UTF8.GetString(text)}'.");
    }
}
