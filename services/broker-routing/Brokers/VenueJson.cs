using System.Globalization;
using System.Text.Json;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>Reads members of venues' answers, exactly or not at all; what does not fit is named in a <see cref="JsonException"/>.</summary>
internal static class VenueJson
{
    /// <summary>No asset is divided further; a number with more places is not one that a venue keeps.</summary>
    public const int MostPlaces = 18;

    private const int MostDigits = 28;

    // A member that is there twice says two things.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The root of a text, alive for as long as it is used.</summary>
    public static JsonElement Parse(ReadOnlyMemory<byte> text)
    {
        using var document = JsonDocument.Parse(text, Strict);
        return document.RootElement.Clone();
    }

    /// <summary>The member; where it is missing or null, null.</summary>
    public static JsonElement? Optional(this JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object) throw new JsonException($"Expected an object with '{name}', found {element.ValueKind}.");

        return element.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null ? member : null;
    }

    public static JsonElement Member(this JsonElement element, string name) =>
        element.Optional(name) ?? throw new JsonException($"Expected a member '{name}'.");

    /// <summary>The elements of the member, which must be a list.</summary>
    public static JsonElement.ArrayEnumerator List(this JsonElement element, string name) => element.Member(name).Elements(name);

    /// <param name="name">Of what is read, for the message.</param>
    public static JsonElement.ArrayEnumerator Elements(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Array
            ? element.EnumerateArray()
            : throw new JsonException($"Expected a list in '{name}', found {element.ValueKind}.");

    public static string Text(this JsonElement element, string name) =>
        element.OptionalText(name) ?? throw new JsonException($"Expected text in '{name}'.");

    /// <summary>Empty text is none.</summary>
    public static string? OptionalText(this JsonElement element, string name) => element.Optional(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } found ? found : null,
        var other => throw new JsonException($"Expected text in '{name}', found {other.Value.ValueKind}."),
    };

    /// <summary>
    /// A number, or text that holds one, to its last digit: at most 28 of them and 18 places, and no more than there is of anything,
    /// else it is refused, not rounded.
    /// </summary>
    public static decimal Decimal(this JsonElement element, string name) =>
        element.OptionalDecimal(name) ?? throw new JsonException($"Expected a number in '{name}'.");

    /// <inheritdoc cref="Decimal"/>
    public static decimal? OptionalDecimal(this JsonElement element, string name)
    {
        if (NumberText(element, name) is not { } text) return null;

        return Bounded(
            Exact(text) ?? throw new JsonException($"Expected a number of at most {MostDigits} digits and {MostPlaces} places in '{name}', found '{Excerpt(text)}'."), name);
    }

    /// <summary>What a venue has divided, such as an average price, has no last digit: it is rounded where it is too long.</summary>
    public static decimal? OptionalQuotient(this JsonElement element, string name)
    {
        if (NumberText(element, name) is not { } text) return null;

        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? Bounded(decimal.Round(number, MostPlaces), name)
            : throw new JsonException($"Expected a number in '{name}', found '{Excerpt(text)}'.");
    }

    public static long Integer(this JsonElement element, string name) => Whole(element.Member(name), name);

    public static long? OptionalInteger(this JsonElement element, string name) =>
        element.Optional(name) is { } member ? Whole(member, name) : null;

    public static bool Flag(this JsonElement element, string name) => element.OptionalFlag(name)
        ?? throw new JsonException($"Expected true or false in '{name}'.");

    public static bool? OptionalFlag(this JsonElement element, string name) => element.Optional(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        var other => throw new JsonException($"Expected true or false in '{name}', found {other.Value.ValueKind}."),
    };

    /// <summary>A point in time as RFC 3339 writes it; finer than 100 ns is cut off.</summary>
    public static DateTimeOffset? OptionalTime(this JsonElement element, string name)
    {
        if (element.OptionalText(name) is not { } text) return null;

        return DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw new JsonException($"Expected a time in '{name}', found '{Excerpt(text)}'.");
    }

    /// <summary>A point in time in milliseconds since 1970, as some venues write it.</summary>
    public static DateTimeOffset? OptionalEpochTime(this JsonElement element, string name) => element.OptionalInteger(name) switch
    {
        null => null,
        >= 0 and < 253402300800000 and var ms => DateTimeOffset.FromUnixTimeMilliseconds(ms),
        var ms => throw new JsonException($"Expected milliseconds since 1970 in '{name}', found {ms}."),
    };

    /// <summary>A decimal as it is sent: plain, without trailing zeros.</summary>
    public static string Plain(this decimal number) => number.Normalized().ToString(CultureInfo.InvariantCulture);

    /// <summary>What is listed, once each.</summary>
    /// <param name="name">Of the list, for the message.</param>
    public static IReadOnlyList<T> Once<T>(this IEnumerable<T> listed, Func<T, string> key, string name)
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        return [.. listed.Select(one => known.Add(key(one)) ? one : throw new JsonException($"Expected '{key(one)}' once in '{name}', found it again."))];
    }

    /// <summary>The fill, where so much can be booked at such a price.</summary>
    /// <param name="names">Of quantity and price, for the message, as of the others.</param>
    public static Execution Countable(this Execution fill, string names) => Countable(fill, fill.Quantity, fill.Price, names);

    /// <inheritdoc cref="Countable(Execution, string)"/>
    public static OrderSnapshot Countable(this OrderSnapshot order, string names) => Countable(order, order.Filled, order.AveragePrice, names);

    /// <inheritdoc cref="Countable(Execution, string)"/>
    public static VenuePosition Countable(this VenuePosition position, string names) => Countable(position, position.Quantity, position.AveragePrice, names);

    private static T Countable<T>(T read, decimal quantity, decimal? price, string names) =>
        LargestFigures.WhyNot(quantity, price) is { } why ? throw new JsonException($"In '{names}': {why}") : read;

    private static decimal Bounded(decimal number, string name) => Math.Abs(number) <= LargestFigures.Quantity
        ? number
        : throw new JsonException($"Expected a number of at most {LargestFigures.Quantity} in '{name}', found {number}.");

    private static long Whole(JsonElement member, string name)
    {
        if (member.ValueKind == JsonValueKind.Number && member.TryGetInt64(out var number)) return number;
        if (member.ValueKind == JsonValueKind.String
            && long.TryParse(member.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            return number;
        }

        throw new JsonException($"Expected a whole number in '{name}', found '{Excerpt(member.ToString())}'.");
    }

    private static string? NumberText(JsonElement element, string name) => element.Optional(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } found ? found : null,
        var other => throw new JsonException($"Expected a number in '{name}', found {other.Value.ValueKind}."),
    };

    // decimal.Parse rounds what is too long without a word, so the digits are counted first.
    private static decimal? Exact(string text)
    {
        const int LongestText = 64;
        const NumberStyles Plain = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (text.Length > LongestText || !decimal.TryParse(text, Plain, CultureInfo.InvariantCulture, out var number)) return null;

        var exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        var mantissa = exponentAt < 0 ? text.AsSpan() : text.AsSpan(0, exponentAt);
        var exponent = exponentAt < 0 ? 0 : int.Parse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        var point = mantissa.IndexOf('.');
        var places = point < 0 ? 0 : mantissa.Length - point - 1;
        var digits = mantissa.ToString().Replace(".", "", StringComparison.Ordinal).TrimStart('-', '+', '0');
        var significant = digits.TrimEnd('0');
        var decimals = places - (digits.Length - significant.Length) - exponent;
        return significant.Length == 0 || (significant.Length <= MostDigits && decimals <= MostPlaces) ? number : null;
    }

    private static string Excerpt(string text) => text.Length <= 40 ? text : $"{text[..40]}…";
}
