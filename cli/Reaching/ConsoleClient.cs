using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AlgoStack.Cli.Reaching;

/// <summary>Speaks to the console over HTTP.</summary>
internal sealed class ConsoleClient(Uri address) : IDisposable
{
    // Parity runs a whole backtest before it answers; the gateway gives up after ten minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(11);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, UseProxy = false })
    {
        BaseAddress = address,
        Timeout = Patience,
    };

    private readonly ConsoleCredential _credential = new(address);

    public Uri Address => address;

    /// <summary>What it asks with; null: it asks as nobody.</summary>
    public async Task<string?> TokenAsync(CancellationToken cancellationToken) => (await _credential.HeaderAsync(_http, cancellationToken))?.Parameter;

    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await AskAsync<T>(request, cancellationToken);
    }

    public async Task<T> PostAsync<T>(string path, object? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        return await AskAsync<T>(request, cancellationToken);
    }

    public async Task<T> DeleteAsync<T>(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        return await AskAsync<T>(request, cancellationToken);
    }

    /// <summary>A file as it is.</summary>
    public async Task<byte[]> DownloadAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await SendAsync(request, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>The events of a stream as they come, until it ends or the caller has enough.</summary>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new("text/event-stream"));
        using var response = await SendAsync(request, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken)) yield return item;
    }

    /// <summary>What live push tells of what is asked for, until the line ends.</summary>
    /// <param name="asked">The first message, as <c>/api/v1/ws</c> takes it.</param>
    public async IAsyncEnumerable<JsonElement> HearAsync(object asked, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var socket = await OpenAsync(cancellationToken);
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(asked, JsonSerializerOptions.Web), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        var (buffer, message) = (new byte[32 * 1024], new MemoryStream());
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close) yield break;

            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;

            yield return JsonSerializer.Deserialize<JsonElement>(message.GetBuffer().AsSpan(0, (int)message.Length));
            message.SetLength(0);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ClientWebSocket> OpenAsync(CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.Proxy = null;
            socket.Options.CollectHttpResponseDetails = true;
            if (await _credential.HeaderAsync(_http, cancellationToken) is { } header) socket.Options.SetRequestHeader("Authorization", header.ToString());
            await socket.ConnectAsync(new UriBuilder(new Uri(address, "/api/v1/ws")) { Scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws" }.Uri, cancellationToken);
            return socket;
        }
        catch (Exception e) when (e is WebSocketException or HttpRequestException)
        {
            using (socket)
            {
                if (socket.HttpStatusCode == default) throw new NotReachableException(address, e);

                var hint = socket.HttpStatusCode == HttpStatusCode.Unauthorized ? $" {ConsoleCredential.Hint}" : "";
                throw new ConsoleProblemException(socket.HttpStatusCode, null, null, $"Live push was answered {(int)socket.HttpStatusCode}.{hint}");
            }
        }
    }

    private async Task<T> AskAsync<T>(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(cancellationToken) ?? throw new JsonException("the answer is null");
        }
        catch (JsonException e)
        {
            throw new CommandFailedException(
                ExitCode.Failed, $"{request.RequestUri} at {address} did not answer as AlgoStack does: {e.Message}");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            request.Headers.Authorization = await _credential.HeaderAsync(_http, cancellationToken);
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new NotReachableException(address, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NotReachableException(address, e);
        }

        if (response.IsSuccessStatusCode) return response;

        using (response)
        {
            throw await ProblemAsync(request, response, cancellationToken);
        }
    }

    internal static async Task<ConsoleProblemException> ProblemAsync(
        HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        string? code = null, detail = null, service = null;
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            code = Text(problem, "code");
            detail = Text(problem, "detail") ?? Text(problem, "title");
            service = Text(problem, "service");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            // Not a problem of ours: its status has to do.
        }

        if (response.StatusCode == HttpStatusCode.Unauthorized) detail = $"{detail} {ConsoleCredential.Hint}";
        detail ??= $"{request.Method} {request.RequestUri} was answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        return new ConsoleProblemException(response.StatusCode, code, service, detail);
    }

    private static string? Text(JsonElement problem, string name) =>
        problem.ValueKind == JsonValueKind.Object && problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

/// <summary>Nobody answers at the console's address.</summary>
internal sealed class NotReachableException(Uri address, Exception cause)
    : Exception($"The console at {address} cannot be reached: {cause.Message}", cause);

/// <summary>The console answered with a problem.</summary>
/// <param name="code">The problem's stable code, where it has one.</param>
/// <param name="service">The service that could not be reached behind the console.</param>
internal sealed class ConsoleProblemException(HttpStatusCode status, string? code, string? service, string detail) : Exception(detail)
{
    public HttpStatusCode Status { get; } = status;

    public string? Code { get; } = code;

    public string? Service { get; } = service;

    /// <summary>Whether the same question may be answered a little later.</summary>
    public bool IsPassing => Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout or HttpStatusCode.BadGateway
        or HttpStatusCode.InternalServerError;
}
