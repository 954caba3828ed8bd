using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AlgoStack.Alerting.Tests.Channels;

/// <summary>A service on loopback that keeps what it was asked and answers as told, in order; then as the last time.</summary>
internal sealed class HttpPeer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<HttpPeerAnswer> _answers = new();
    private HttpPeerAnswer _last = new(204);

    private HttpPeer(WebApplication app) => _app = app;

    public ConcurrentQueue<HttpPeerRequest> Requests { get; } = new();

    /// <summary>Ends with a slash.</summary>
    public Uri Address => new(_app.Urls.First() + "/");

    public static async Task<HttpPeer> StartAsync(params HttpPeerAnswer[] answers)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var peer = new HttpPeer(app);
        foreach (var answer in answers) peer.Answer(answer);
        app.Run(peer.HandleAsync);
        await app.StartAsync(CancellationToken.None);
        return peer;
    }

    public void Answer(HttpPeerAnswer answer) => _answers.Enqueue(answer);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        Requests.Enqueue(new HttpPeerRequest(
            context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? string.Empty, headers, await body.ReadToEndAsync(context.RequestAborted)));

        if (_answers.TryDequeue(out var next)) _last = next;
        if (_last.Hangs)
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return;
        }

        await Task.Delay(_last.DelayMs, context.RequestAborted);
        if (_last.Drops)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = _last.Status;
        foreach (var (name, value) in _last.Headers ?? []) context.Response.Headers[name] = value;
        if (_last.Body.Length > 0) await context.Response.WriteAsync(_last.Body, context.RequestAborted);
    }
}

internal sealed record HttpPeerRequest(
    string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body);

/// <param name="Hangs">No answer, ever.</param>
/// <param name="Drops">The connection is cut after the request was read.</param>
internal sealed record HttpPeerAnswer(
    int Status, string Body = "", Dictionary<string, string>? Headers = null, bool Hangs = false, bool Drops = false, int DelayMs = 0);
