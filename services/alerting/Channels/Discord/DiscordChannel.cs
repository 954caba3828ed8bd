using System.Globalization;
using System.Net;
using System.Text.Json;
using AlgoStack.Alerting.Alerts;

namespace AlgoStack.Alerting.Channels.Discord;

/// <summary>
/// A Discord webhook, executed with <c>wait=true</c>: the answer is the stored message, so that what could not be stored
/// is told. There is no idempotency: a call whose answer was lost and that is made again may show twice.
/// </summary>
public sealed class DiscordChannel(DiscordOptions options, HttpClient http) : IAlertChannel
{
    /// <summary>Longest content Discord takes, in characters.</summary>
    public const int LongestContent = 2_000;

    private const int UnknownWebhook = 10015;
    private const int InvalidWebhookToken = 50027;
    private const string UserName = "AlgoStack";

    private readonly Uri _execute = new(options.WebhookUrl, "?wait=true");

    public string Name => "discord";

    public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(_execute, Body(message), cancellationToken);
            return await OutcomeAsync(response, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome.TryAgain(ChannelHttp.Reason(e));
        }
    }

    private static WebhookMessage Body(AlertMessage message) => new(
        AlertText.Cut($"**[{message.Severity}] {message.Title}**\n{message.Text}".TrimEnd(), LongestContent),
        UserName,
        // Nothing in an alert may ring @everyone: instrument names and reasons come from outside.
        new AllowedMentions([]));

    private static async Task<SendOutcome> OutcomeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NoContent) return new SendOutcome.Delivered(null, PauseOf(response));

        var answer = await ReadAsync(response, cancellationToken);
        if (response.IsSuccessStatusCode) return new SendOutcome.Delivered(answer?.Id, PauseOf(response));

        var reason = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode}, code {answer?.Code?.ToString(CultureInfo.InvariantCulture) ?? "none"}: {answer?.Message ?? "no message"}");
        // Asking again and again for a webhook that is gone gets this machine's address banned.
        if (answer?.Code is UnknownWebhook or InvalidWebhookToken) return new SendOutcome.Gone(reason);
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => new SendOutcome.TryAgain(reason, RetryAfter(response, answer)),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new SendOutcome.TryAgain(reason),
            _ => new SendOutcome.Refused(reason),
        };
    }

    private static async Task<WebhookAnswer?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<WebhookAnswer>(cancellationToken);
        }
        catch (JsonException)
        {
            // A proxy's page, an empty body: the status alone decides.
            return null;
        }
    }

    // Seconds with a fraction in the body, whole seconds in the header; where neither is, Discord's usual bucket is 2 s.
    private static TimeSpan RetryAfter(HttpResponseMessage response, WebhookAnswer? answer) =>
        Seconds(answer?.RetryAfter) ?? Seconds(Header(response, "Retry-After")) ?? TimeSpan.FromSeconds(2);

    private static TimeSpan? PauseOf(HttpResponseMessage response) =>
        Header(response, "X-RateLimit-Remaining") is 0 ? Seconds(Header(response, "X-RateLimit-Reset-After")) : null;

    private static double? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values)
        && double.TryParse(values.First(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    // A day is more than any limit of theirs; beyond it is nonsense that must not overflow.
    private static TimeSpan? Seconds(double? seconds) =>
        seconds is >= 0 ? TimeSpan.FromSeconds(Math.Min(seconds.Value, 86_400)) : null;
}
