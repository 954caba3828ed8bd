using System.Net;

namespace AlgoStack.Alerting.Channels;

/// <summary>
/// HTTP to a channel. Not from the client factory: its retries would send twice, its logs and traces would show
/// addresses that are themselves secrets.
/// </summary>
public static class ChannelHttp
{
    /// <summary>One call, its answer included. Three of these and their pauses on two channels fit into a minute.</summary>
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    /// <summary>More of an answer than this is not read.</summary>
    public const int MostAnswerBytes = 64 * 1024;

    public static HttpClient Create() => new(new SocketsHttpHandler
    {
        // No propagator, no activity: the address with its token stays out of traces, our trace ids out of their hands.
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = CallTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    })
    {
        Timeout = CallTimeout,
        MaxResponseContentBufferSize = MostAnswerBytes,
        DefaultRequestHeaders = { { "User-Agent", "AlgoStack/0.1" } },
    };

    /// <summary>Why no answer came, in words without the address.</summary>
    public static string Reason(Exception exception) => exception switch
    {
        OperationCanceledException => FormattableString.Invariant($"no answer within {CallTimeout.TotalSeconds} s"),
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown } failed => $"no answer: {failed.HttpRequestError}",
        _ => "no answer: the connection failed",
    };
}
