using System.Globalization;
using System.Text.Json;

namespace AlgoStack.Ingestion.Providers;

/// <summary>Reads members of venues' frames, naming what is missing.</summary>
internal static class VenueJson
{
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)
            ? member
            : throw new JsonException($"Expected a member '{name}'.");

    public static string Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text
            ? text.GetString()!
            : throw new JsonException($"Expected text in '{name}'.");

    /// <summary>A number, or text that holds one, which is how venues keep decimals exact.</summary>
    public static double Number(this JsonElement element, string name)
    {
        var member = element.Member(name);
        if (member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out var number)) return number;
        if (member.ValueKind == JsonValueKind.String
            && double.TryParse(member.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            return number;
        }

        throw new JsonException($"Expected a number in '{name}'.");
    }

    public static long Integer(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } member && member.TryGetInt64(out var number)
            ? number
            : throw new JsonException($"Expected a whole number in '{name}'.");

    public static bool Flag(this JsonElement element, string name) => element.Member(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new JsonException($"Expected true or false in '{name}'."),
    };
}
