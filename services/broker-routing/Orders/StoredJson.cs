using System.Text.Json;
using System.Text.Json.Serialization;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Signals;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>How this service's events are written: ids as plain text, sides and types by name.</summary>
internal static class StoredJson
{
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.Converters.Add(new JsonStringEnumConverter());
        options.Converters.Add(new ClientOrderIdConverter());
        options.Converters.Add(new InstrumentIdConverter());
        options.Converters.Add(new SignalIdConverter());
        options.Converters.Add(new InstrumentsConverter());
        return options;
    }

    private sealed class ClientOrderIdConverter : JsonConverter<ClientOrderId>
    {
        public override ClientOrderId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString() ?? throw new JsonException("Client order id: expected text, found null."));

        public override void Write(Utf8JsonWriter writer, ClientOrderId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }

    private sealed class SignalIdConverter : JsonConverter<SignalId>
    {
        public override SignalId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetString() ?? throw new JsonException("Signal id: expected text, found null."));

        public override void Write(Utf8JsonWriter writer, SignalId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }

    private sealed class InstrumentsConverter : JsonConverter<IReadOnlySet<InstrumentId>>
    {
        public override IReadOnlySet<InstrumentId> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<InstrumentId[]>(ref reader, options)!.ToHashSet();

        public override void Write(Utf8JsonWriter writer, IReadOnlySet<InstrumentId> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.OrderBy(i => i.Value, StringComparer.Ordinal).ToArray(), options);
    }

    private sealed class InstrumentIdConverter : JsonConverter<InstrumentId>
    {
        public override InstrumentId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            InstrumentId.TryParse(reader.GetString(), out var id, out var error) ? id : throw new JsonException(error);

        public override void Write(Utf8JsonWriter writer, InstrumentId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }
}
