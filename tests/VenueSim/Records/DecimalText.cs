using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.VenueSim.Records;

/// <summary>Written as text without trailing zeros; read from text or number.</summary>
internal sealed class DecimalText : JsonConverter<decimal>
{
    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var number)) return number;
        if (reader.TokenType == JsonTokenType.String && decimal.TryParse(reader.GetString(), Style, CultureInfo.InvariantCulture, out var text))
            return text;

        throw new JsonException("A decimal was expected.");
    }

    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteStringValue(Of(value));

    public static string Of(decimal value)
    {
        // Division by one with all places takes the trailing zeros away.
        const decimal One = 1.0000000000000000000000000000m;
        return (value / One).ToString(CultureInfo.InvariantCulture);
    }
}
