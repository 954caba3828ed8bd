using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using AlgoStack.Gateway.Sessions;

namespace AlgoStack.Gateway.Forwarding;

/// <summary>
/// Passes a request to the service that owns its path and the answer back: bodies are streamed, status and headers kept,
/// nothing is tried twice. Services know no cookies: a token that came in one goes on as <c>Authorization</c>. A service that cannot
/// be reached is a 503 that names it.
/// </summary>
internal sealed partial class Forwarder(ServiceAddresses addresses, TimeProvider time, ILogger<Forwarder> logger) : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    // Streams of events say something at least every 15 s.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private const int CopyBuffer = 64 * 1024;

    // What belongs to one connection only (RFC 9110, 7.6.1).
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade",
    };

    private static readonly HashSet<string> OurOwn = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Cookie", "Authorization", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
    };

    private static readonly string[] TraceHeaders = ["traceparent", "tracestate", "baggage"];

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
        UseCookies = false,
        UseProxy = false,
    });

    public async Task ForwardAsync(HttpContext context, Route route)
    {
        if (!addresses.TryFind(route.Service, out var address))
        {
            await RefuseAsync(context, route, $"The gateway was given no address of {route.Service} ({ServiceAddresses.Key(route.Service)}).");
            return;
        }

        var target = Target(context.Request, route, address);
        if (context.WebSockets.IsWebSocketRequest)
        {
            await WebSocketAsync(context, route, target);
            return;
        }

        await HttpAsync(context, route, target);
    }

    public void Dispose() => _http.Dispose();

    private static Uri Target(HttpRequest request, Route route, Uri address) =>
        new(address, route.PathOf(request.Path).ToUriComponent() + request.QueryString.ToUriComponent());

    private async Task HttpAsync(HttpContext context, Route route, Uri target)
    {
        using var patience = new CancellationTokenSource(route.Patience, time);
        using var until = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        using var request = Request(context, target);
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, until.Token);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            await ExplainAsync(context, route, e);
            return;
        }

        using (response)
        {
            patience.CancelAfter(LongestSilence);
            await AnswerAsync(context, route, response, patience, until.Token);
        }
    }

    private Task ExplainAsync(HttpContext context, Route route, Exception failure)
    {
        // The caller has gone: there is nobody to answer.
        if (context.RequestAborted.IsCancellationRequested) return Task.CompletedTask;

        if ((failure as BadHttpRequestException ?? failure.InnerException) is BadHttpRequestException own)
            return ProblemAsync(context, own.StatusCode, own.StatusCode == StatusCodes.Status413PayloadTooLarge ? "too_large" : "bad_request", "Bad request", route.Service, own.Message);

        if (failure is not OperationCanceledException)
            return RefuseAsync(context, route, $"{route.Service} cannot be reached: {failure.Message}");

        NoAnswer(route.Service, route.Patience.TotalSeconds);
        return ProblemAsync(
            context, StatusCodes.Status504GatewayTimeout, "service_timeout", "Service too slow", route.Service,
            $"{route.Service} did not answer within {route.Patience.TotalSeconds:0} s.");
    }

    private static HttpRequestMessage Request(HttpContext context, Uri target)
    {
        var incoming = context.Request;
        var request = new HttpRequestMessage(new HttpMethod(incoming.Method), target)
        {
            Version = HttpVersion.Version11,
            Content = HasBody(incoming) ? new StreamContent(incoming.Body, CopyBuffer) : null,
        };
        foreach (var (name, values) in incoming.Headers)
        {
            if (HopByHop.Contains(name) || OurOwn.Contains(name) || name.StartsWith(':')) continue;

            // With a span of our own, the client writes the headers itself: the service's span is then its child.
            if (Activity.Current is not null && TraceHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)) continue;

            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        if (Authorization(incoming) is { } authorization) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", context.Connection.RemoteIpAddress?.ToString());
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", incoming.Host.Value);
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", incoming.Scheme);
        return request;
    }

    /// <summary>The token that has let the caller in here.</summary>
    private static string? Authorization(HttpRequest incoming)
    {
        if (incoming.Headers.Authorization is { Count: > 0 } given) return given;

        return incoming.Cookies[SessionCookies.Access] is { Length: > 0 } token ? $"Bearer {token}" : null;
    }

    private static bool HasBody(HttpRequest request) =>
        request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0;

    private async Task AnswerAsync(
        HttpContext context, Route route, HttpResponseMessage response, CancellationTokenSource patience, CancellationToken until)
    {
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            if (!HopByHop.Contains(name)) context.Response.Headers[name] = values.ToArray();
        }

        var buffer = ArrayPool<byte>.Shared.Rent(CopyBuffer);
        try
        {
            // Without a length the body may be a stream of events: its head, and each event, is wanted now.
            var stream = response.Content.Headers.ContentLength is null;
            await using var body = await response.Content.ReadAsStreamAsync(until);
            if (stream) await context.Response.Body.FlushAsync(until);

            int read;
            while ((read = await body.ReadAsync(buffer, until)) > 0)
            {
                patience.CancelAfter(LongestSilence);
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), until);
                if (stream) await context.Response.Body.FlushAsync(until);
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status is out already. Cutting the connection is the only way left to say that the body is not whole.
            if (!context.RequestAborted.IsCancellationRequested) BodyCutShort(route.Service, e.Message);
            context.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task WebSocketAsync(HttpContext context, Route route, Uri target)
    {
        using var service = new ClientWebSocket();
        foreach (var protocol in context.WebSockets.WebSocketRequestedProtocols) service.Options.AddSubProtocol(protocol);
        foreach (var name in TraceHeaders)
        {
            if (context.Request.Headers[name] is { Count: > 0 } values) service.Options.SetRequestHeader(name, values);
        }

        if (Authorization(context.Request) is { } authorization) service.Options.SetRequestHeader("Authorization", authorization);
        try
        {
            using var patience = new CancellationTokenSource(ConnectTimeout, time);
            using var until = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
            await service.ConnectAsync(new UriBuilder(target) { Scheme = "ws" }.Uri, until.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            await RefuseAsync(context, route, $"{route.Service} cannot be reached: {e.Message}");
            return;
        }

        using var caller = await context.WebSockets.AcceptWebSocketAsync(service.SubProtocol);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            var both = new[] { PumpAsync(caller, service, gone.Token), PumpAsync(service, caller, gone.Token) };
            await Task.WhenAll(both);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException)
        {
            await gone.CancelAsync();
            context.Abort();
        }
    }

    private static async Task PumpAsync(WebSocket from, WebSocket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[CopyBuffer];
        while (true)
        {
            var part = await from.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                if (to.State is WebSocketState.Open or WebSocketState.CloseReceived)
                    await to.CloseOutputAsync(from.CloseStatus ?? WebSocketCloseStatus.Empty, from.CloseStatusDescription, cancellationToken);
                return;
            }

            await to.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, cancellationToken);
        }
    }

    private Task RefuseAsync(HttpContext context, Route route, string detail)
    {
        Unreachable(route.Service, detail);
        return ProblemAsync(context, StatusCodes.Status503ServiceUnavailable, "service_unavailable", "Service unavailable", route.Service, detail);
    }

    private static Task ProblemAsync(HttpContext context, int status, string code, string title, string service, string detail) =>
        TypedResults.Problem(
                detail,
                statusCode: status,
                title: title,
                extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
                {
                    ["code"] = code,
                    ["service"] = service,
                    ["retryable"] = status >= StatusCodes.Status500InternalServerError,
                })
            .ExecuteAsync(context);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Service} is unavailable: {Reason}")]
    private partial void Unreachable(string service, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Service} did not answer within {Seconds} s.")]
    private partial void NoAnswer(string service, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Service} broke off in the middle of an answer: {Reason}")]
    private partial void BodyCutShort(string service, string reason);
}
