using System.Text.Json;
using System.Text.Json.Serialization;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.Reports;

/// <summary>
/// A result as JSON: all that it has, under its own names in camel case, numbers with every digit. What cannot be known is null;
/// times are Unix milliseconds where a name ends in <c>Ms</c>, spans <c>d.hh:mm:ss</c>, daily returns a list of day and return.
/// </summary>
public static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new InstrumentIdConverter(), new DailyReturnsConverter() },
    };

    public static void Write(Stream output, BacktestResult result) => JsonSerializer.Serialize(output, result, Format);

    /// <exception cref="JsonException">Not what <see cref="Write"/> wrote.</exception>
    public static BacktestResult Read(Stream input) =>
        JsonSerializer.Deserialize<BacktestResult>(input, Format) ?? throw new JsonException("Expected a result, found null.");

    private sealed class InstrumentIdConverter : JsonConverter<InstrumentId>
    {
        public override InstrumentId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            InstrumentId.TryParse(reader.GetString(), out var id, out var error) ? id : throw new JsonException(error);

        public override void Write(Utf8JsonWriter writer, InstrumentId value, JsonSerializerOptions options) => writer.WriteStringValue(value.Value);
    }

    private sealed class DailyReturnsConverter : JsonConverter<DailyReturns>
    {
        public override DailyReturns Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return new DailyReturns(JsonSerializer.Deserialize<DailyReturn[]>(ref reader, options));
            }
            catch (ArgumentException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, DailyReturns value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            for (var i = 0; i < value.Count; i++)
                JsonSerializer.Serialize(writer, new DailyReturn(value.Days[i], value.Values[i]), options);
            writer.WriteEndArray();
        }
    }
}
