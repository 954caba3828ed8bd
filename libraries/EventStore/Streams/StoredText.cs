using System.Globalization;
using System.Text;

namespace AlgoStack.EventStore.Streams;

/// <summary>What PostgreSQL's text can hold: all of Unicode but NUL, in UTF-8, which has no place for half a surrogate pair.</summary>
internal static class StoredText
{
    /// <summary>Of a stream's id, in UTF-8. An index entry, of which the id is a part, has at most 2,704.</summary>
    public const int MostStreamIdBytes = 1_024;

    private const int MostShown = 40;

    /// <exception cref="InvalidStreamIdException">It is empty, too long or no text that can be stored.</exception>
    public static void CheckStreamId(string streamId)
    {
        ArgumentNullException.ThrowIfNull(streamId);
        if (streamId.Length == 0) throw new InvalidStreamIdException("Stream id: expected some text, found none.");
        if (FindFault(streamId) is { } fault) throw new InvalidStreamIdException($"Stream id '{Show(streamId)}': {fault}.");

        if (Encoding.UTF8.GetByteCount(streamId) is > MostStreamIdBytes and var bytes)
        {
            throw new InvalidStreamIdException(
                $"Stream id '{Show(streamId)}': expected up to {MostStreamIdBytes} bytes of UTF-8, found {bytes}.");
        }
    }

    /// <exception cref="UnstorableMetadataException">The text cannot be stored.</exception>
    public static void CheckMetadata(string what, string? text)
    {
        if (text is not null && FindFault(text) is { } fault) throw new UnstorableMetadataException($"{what} '{Show(text)}': {fault}.");
    }

    private static string? FindFault(string text)
    {
        var nul = text.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0) return string.Create(CultureInfo.InvariantCulture, $"NUL (U+0000) at character {nul} cannot be stored");
        if (Ascii.IsValid(text)) return null;

        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsSurrogatePair(text, i))
                return string.Create(CultureInfo.InvariantCulture, $"half a surrogate pair (U+{(int)text[i]:X4}) at character {i} cannot be stored");

            i++;
        }

        return null;
    }

    /// <summary>The beginning, with what cannot be printed escaped.</summary>
    private static string Show(string text)
    {
        var beginning = string.Concat(text.EnumerateRunes().Take(MostShown)
            .Select(r => Rune.IsControl(r) ? string.Create(CultureInfo.InvariantCulture, $"\\u{r.Value:x4}") : r.ToString()));
        return text.Length > MostShown ? $"{beginning}…" : beginning;
    }
}
