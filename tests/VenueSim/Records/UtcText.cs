using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.VenueSim.Records;

/// <summary>RFC 3339 in UTC with all the places that the clock has.</summary>
internal sealed class UtcText : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
}
