using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AlgoStack.Protocols;

/// <summary>Compares JSON by what it means: decimals as numbers, whether they are text or not.</summary>
internal static class Meaning
{
    private static readonly TimeSpan RegexTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Null where all that is expected is there; what is there besides is not looked at.</summary>
    /// <param name="nullIsAny">Whether an expected null stands for any value, or for none.</param>
    public static string? Difference(JsonElement expected, JsonElement? actual, string name, bool nullIsAny)
    {
        var found = actual is { ValueKind: not JsonValueKind.Null and not JsonValueKind.Undefined } ? actual : null;
        switch (expected.ValueKind)
        {
            case JsonValueKind.Null when nullIsAny:
                return actual is null ? $"{name}: expected it, found nothing" : null;
            case JsonValueKind.Null:
                return found is null ? null : $"{name}: expected nothing, found {found}";
            case JsonValueKind.Object:
                if (found is not { ValueKind: JsonValueKind.Object } members) return Mismatch(expected, found, name);
                return expected.EnumerateObject()
                    .Select(member => Difference(
                        member.Value,
                        members.TryGetProperty(member.Name, out var value) ? value : null,
                        name.Length == 0 ? member.Name : $"{name}.{member.Name}",
                        nullIsAny))
                    .FirstOrDefault(difference => difference is not null);
            case JsonValueKind.Array:
                if (found is not { ValueKind: JsonValueKind.Array } elements || elements.GetArrayLength() != expected.GetArrayLength())
                    return Mismatch(expected, found, name);
                return expected.EnumerateArray().Zip(elements.EnumerateArray())
                    .Select((pair, i) => Difference(pair.First, pair.Second, $"{name}[{i}]", nullIsAny))
                    .FirstOrDefault(difference => difference is not null);
            default:
                return found is { } value1 && AreEqual(Text(expected), Text(value1)) ? null : Mismatch(expected, found, name);
        }
    }

    /// <param name="rule">As the fixtures name it: <c>regex</c>, <c>contains</c> or <c>optional</c>; null compares.</param>
    public static string? Difference(JsonElement expected, JsonElement? actual, string name, string? rule) => (rule, actual) switch
    {
        ("optional", null) => null,
        ("regex", { } text) => Regex.IsMatch(Text(text), Text(expected), RegexOptions.ExplicitCapture, RegexTimeout)
            ? null
            : $"{name}: expected a match of '{expected}', found '{text}'",
        ("contains", { } text) => Text(text).Split(',', StringSplitOptions.TrimEntries).Contains(Text(expected), StringComparer.Ordinal)
            ? null
            : $"{name}: expected '{expected}' among '{text}'",
        _ => Difference(expected, actual, name, nullIsAny: true),
    };

    public static bool AreEqual(string expected, string actual) =>
        string.Equals(expected, actual, StringComparison.Ordinal)
        || (Number(expected) is { } number && Number(actual) == number)
        || (Time(expected) is { } time && Time(actual) == time);

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    // A date of a year only, or a number, is no time.
    private static DateTimeOffset? Time(string text) =>
        text.Contains('T', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string Mismatch(JsonElement expected, JsonElement? found, string name) =>
        $"{name}: expected {expected.GetRawText()}, found {(found is { } value ? value.GetRawText() : "nothing")}";
}
