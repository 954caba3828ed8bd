using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace AlgoStack.BarFiles;

/// <summary>Numbers and times from ASCII bytes. Written out because the general parsers cost four times as much a row.</summary>
public static class BarFileNumbers
{
    private const long DayUs = 86_400_000_000;
    private const long SecondUs = 1_000_000;

    // The most that fit into 64 bits.
    private const int MostDigits = 19;

    // A whole number up to here is exact in a double, and so is a power of ten up to 10^22: one division rounds once.
    private const ulong MostExact = 1UL << 53;

    private static readonly double[] Powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19];

    /// <summary>The double nearest to the decimal number, to the bit; NaN for the words that say that there is none.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out double value)
    {
        var mantissa = 0UL;
        var digits = 0;
        var point = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                mantissa = mantissa * 10 + digit;
                digits++;
            }
            else if (text[i] == '.' && point < 0)
            {
                point = i;
            }
            else
            {
                return TryAnyNumber(text, out value);
            }
        }

        if (digits > MostDigits) return TryAnyNumber(text, out value);

        var fraction = point < 0 ? 0 : text.Length - 1 - point;
        if (fraction == 0) value = mantissa;
        else if (mantissa <= MostExact) value = mantissa / Powers[fraction];
        else if (!DecimalFraction.TryRound(mantissa, fraction, out value)) return TryAnyNumber(text, out value);
        return digits > 0;
    }

    /// <summary>Whole milliseconds of microseconds, rounded down.</summary>
    public static long ToMs(long us) => us >= 0 ? us / 1_000 : (us - 999) / 1_000;

    /// <summary>
    /// Unix microseconds. <paramref name="dateOnly"/>: there was no time of day. ISO 8601 (<c>-</c>, <c>/</c> or <c>.</c>
    /// between date parts, <c>T</c> or a space before the time, UTC unless an offset is given), <c>yyyyMMdd</c>, or
    /// Unix seconds, milliseconds, microseconds or nanoseconds, told apart by their length.
    /// </summary>
    public static bool TryTime(ReadOnlySpan<byte> text, out long us, out bool dateOnly)
    {
        us = 0;
        dateOnly = false;
        if (text.Length < 8) return false;
        if (text[4] is not ((byte)'-' or (byte)'/' or (byte)'.')) return TryDigits(text, out us, out dateOnly);
        if (text.Length < 10 || text[7] != text[4]) return false;
        if (!TryDate(Digits(text, 0, 4), Digits(text, 5, 2), Digits(text, 8, 2), out var date)) return false;

        dateOnly = text.Length == 10;
        if (dateOnly)
        {
            us = date;
            return true;
        }

        if (text[10] is not ((byte)'T' or (byte)'t' or (byte)' ')) return false;
        if (!TryTimeOfDay(text[11..], out var time)) return false;
        us = date + time;
        return true;
    }

    /// <summary>Microseconds since midnight: <c>HH:mm</c>, <c>HH:mm:ss</c> with any fraction, then <c>Z</c> or an offset; or <c>HHmmss</c>.</summary>
    public static bool TryTimeOfDay(ReadOnlySpan<byte> text, out long us)
    {
        us = 0;
        if (text.Length is 4 or 6 && text.IndexOf((byte)':') < 0)
        {
            var (h, m, s) = (Digits(text, 0, 2), Digits(text, 2, 2), text.Length == 6 ? Digits(text, 4, 2) : 0);
            us = ((h * 60 + m) * 60 + s) * SecondUs;
            return h is >= 0 and < 24 && m is >= 0 and < 60 && s is >= 0 and < 60;
        }

        if (text.Length < 5 || text[2] != ':') return false;
        var (hour, minute, second) = (Digits(text, 0, 2), Digits(text, 3, 2), 0);
        var rest = text[5..];
        if (rest.Length >= 3 && rest[0] == ':')
        {
            second = Digits(rest, 1, 2);
            rest = rest[3..];
        }

        // A leap second is read as the second before it.
        if (hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60) return false;
        us = ((hour * 60 + minute) * 60 + Math.Min(second, 59)) * SecondUs;
        return TryFraction(ref rest, ref us) && TryOffset(rest, ref us);
    }

    private static bool TryFraction(ref ReadOnlySpan<byte> rest, ref long us)
    {
        if (rest.IsEmpty || rest[0] is not ((byte)'.' or (byte)',')) return true;

        var i = 1;
        var scale = 100_000;
        for (; i < rest.Length && (uint)(rest[i] - '0') <= 9; i++)
        {
            us += (rest[i] - '0') * scale;
            scale /= 10;
        }

        if (i == 1) return false;
        rest = rest[i..];
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> rest, ref long us)
    {
        rest = rest.Trim((byte)' ');
        if (rest.IsEmpty || rest.SequenceEqual("Z"u8) || rest.SequenceEqual("z"u8) || rest.SequenceEqual("UTC"u8)) return true;
        if (rest[0] is not ((byte)'+' or (byte)'-') || rest.Length is not (3 or 5 or 6)) return false;
        if (rest.Length == 6 && rest[3] != ':') return false;

        var hours = Digits(rest, 1, 2);
        var minutes = rest.Length == 3 ? 0 : Digits(rest, rest.Length - 2, 2);
        if (hours is < 0 or > 18 || minutes is < 0 or > 59) return false;
        us -= (rest[0] == '-' ? -1 : 1) * (hours * 60 + minutes) * 60 * SecondUs;
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out long us, out bool dateOnly)
    {
        us = 0;
        dateOnly = false;
        if (!Utf8Parser.TryParse(text, out long number, out var used))
        {
            return false;
        }

        if (used == 8 && TryDate((int)(number / 10_000), (int)(number / 100 % 100), (int)(number % 100), out var date))
        {
            dateOnly = text.Length == 8;
            if (dateOnly)
            {
                us = date;
                return true;
            }

            if (text[8] is not ((byte)'T' or (byte)' ' or (byte)'-')) return false;
            if (!TryTimeOfDay(text[9..], out var time)) return false;
            us = date + time;
            return true;
        }

        if (number < 0) return false;
        us = used switch
        {
            <= 11 => number * SecondUs,
            <= 14 => number * 1_000,
            <= 17 => number,
            _ => number / 1_000,
        };
        if (used == text.Length) return true;

        // Only seconds are written with a fraction that says anything.
        var rest = text[used..];
        var fraction = 0L;
        if (rest[0] != '.' || (rest.Length > 1 && !TryFraction(ref rest, ref fraction)) || rest.Length > 1) return false;
        if (used <= 11) us += fraction;
        return true;
    }

    private static bool TryDate(int year, int month, int day, out long us)
    {
        us = 0;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;

        us = (new DateOnly(year, month, day).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber) * DayUs;
        return true;
    }

    // -1 when there is anything but digits.
    private static int Digits(ReadOnlySpan<byte> text, int start, int count)
    {
        if (start + count > text.Length) return -1;
        var value = 0;
        for (var i = start; i < start + count; i++)
        {
            var digit = (uint)(text[i] - '0');
            if (digit > 9) return -1;
            value = value * 10 + (int)digit;
        }

        return value;
    }

    private static bool TryAnyNumber(ReadOnlySpan<byte> text, out double value)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)) return true;

        // As other languages write what is no number: it is a bad value then, rather than a bad line.
        var word = text.Length <= 9 ? Encoding.ASCII.GetString(text).TrimStart('+', '-').ToUpperInvariant() : "";
        value = double.NaN;
        return word is "NAN" or "INF" or "INFINITY" or "NULL" or "NONE" or "NA" or "N/A";
    }
}
