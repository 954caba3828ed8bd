using System.Text.Json.Serialization;

namespace AlgoStack.Alerting.Channels.Discord;

internal sealed record WebhookMessage(
    [property: JsonPropertyName("content")] string Content,
    [property: JsonPropertyName("username")] string UserName,
    [property: JsonPropertyName("allowed_mentions")] AllowedMentions AllowedMentions);

internal sealed record AllowedMentions([property: JsonPropertyName("parse")] IReadOnlyList<string> Parse);

/// <summary>The stored message, or an error; of either what we use.</summary>
internal sealed record WebhookAnswer(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("code")] int? Code,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("retry_after")] double? RetryAfter);
