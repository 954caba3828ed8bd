using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.Alerting.Channels.Twilio;

/// <summary>The message as queued, or an error; of either what we use.</summary>
internal sealed record MessageAnswer(
    [property: JsonPropertyName("sid")] string? Sid,
    [property: JsonPropertyName("error_code")] int? ErrorCode,
    [property: JsonPropertyName("error_message")] string? ErrorMessage,
    [property: JsonPropertyName("code")] int? Code,
    [property: JsonPropertyName("message")] string? Message,
    // A word for a message (queued), a number for an error (401).
    [property: JsonPropertyName("status")] JsonElement? RawStatus)
{
    [JsonIgnore]
    public string? Status => RawStatus is { ValueKind: JsonValueKind.String } word ? word.GetString() : null;
}
