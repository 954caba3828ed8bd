using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AlgoStack.Alerting.Alerts;

namespace AlgoStack.Alerting.Channels.Twilio;

/// <summary>
/// An SMS by Twilio. Taken means queued there: whether a telephone rang is theirs to know. There is no idempotency key:
/// a call whose answer was lost and that is made again may be received twice.
/// </summary>
public sealed class TwilioChannel : IAlertChannel
{
    /// <summary>Longest body Twilio takes, in characters.</summary>
    public const int LongestBody = 1_600;

    private readonly TwilioOptions _options;
    private readonly HttpClient _http;
    private readonly Uri _messages;
    private readonly AuthenticationHeaderValue _authorization;

    public TwilioChannel(TwilioOptions options, HttpClient http)
    {
        _options = options;
        _http = http;
        _messages = new Uri(options.BaseUrl, $"/2010-04-01/Accounts/{options.AccountSid}/Messages.json");
        _authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.AccountSid}:{options.AuthToken}")));
    }

    public string Name => "sms";

    public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _messages) { Content = new FormUrlEncodedContent(Form(message)) };
            request.Headers.Authorization = _authorization;
            using var response = await _http.SendAsync(request, cancellationToken);
            return await OutcomeAsync(response, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new SendOutcome.TryAgain(ChannelHttp.Reason(e));
        }
    }

    private IEnumerable<KeyValuePair<string, string>> Form(AlertMessage message)
    {
        yield return new("To", _options.To);
        yield return _options.From is { } from ? new("From", from) : new("MessagingServiceSid", _options.MessagingServiceSid!);
        yield return new("Body", AlertText.Cut($"[{message.Severity}] {message.Title}\n{message.Text}".TrimEnd(), LongestBody));
    }

    private static async Task<SendOutcome> OutcomeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var answer = await ReadAsync(response, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Created)
        {
            return answer?.Status is "failed" or "undelivered"
                ? new SendOutcome.Refused(string.Create(CultureInfo.InvariantCulture, $"{answer.Status}, code {answer.ErrorCode}: {answer.ErrorMessage}"))
                : new SendOutcome.Delivered(answer?.Sid);
        }

        var reason = string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode}, code {answer?.Code?.ToString(CultureInfo.InvariantCulture) ?? "none"}: {answer?.Message ?? "no message"}");
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests => new SendOutcome.TryAgain(reason, RetryAfter(response)),
            HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => new SendOutcome.TryAgain(reason),
            // A wrong number, sender or key: no attempt will help, but the next alert may find it put right at Twilio.
            _ => new SendOutcome.Refused(reason),
        };
    }

    private static async Task<MessageAnswer?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<MessageAnswer>(cancellationToken);
        }
        catch (JsonException)
        {
            // A proxy's page, an empty body: the status alone decides.
            return null;
        }
    }

    private static TimeSpan RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
}
