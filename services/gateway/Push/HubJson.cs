using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.Gateway.Push;

/// <summary>JSON that goes through SignalR as it is, and into none of its logs: a token may be in it.</summary>
[JsonConverter(typeof(Converter))]
internal sealed class HubJson(ReadOnlyMemory<byte> json)
{
    public ReadOnlyMemory<byte> Json => json;

    private sealed class Converter : JsonConverter<HubJson>
    {
        // A null is told, and refused, as anything else is.
        public override bool HandleNull => true;

        public override HubJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var value = JsonDocument.ParseValue(ref reader);
            return new HubJson(JsonSerializer.SerializeToUtf8Bytes(value.RootElement, JsonSerializerOptions.Web));
        }

        public override void Write(Utf8JsonWriter writer, HubJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Json.Span, skipInputValidation: true);
    }
}
