using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.VenueSim.Records;

/// <summary>JSON as Alpaca writes it: snake_case, decimals as text, times in UTC.</summary>
internal static class VenueJson
{
    public static JsonSerializerOptions Wire { get; } = Make(JsonIgnoreCondition.Never);

    /// <summary>The same without what is null, for the file.</summary>
    public static JsonSerializerOptions File { get; } = Make(JsonIgnoreCondition.WhenWritingNull);

    private static JsonSerializerOptions Make(JsonIgnoreCondition ignored) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = ignored,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters =
        {
            new DecimalText(),
            new UtcText(),
            new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
        },
    };
}
