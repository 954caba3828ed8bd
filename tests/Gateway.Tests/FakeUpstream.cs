namespace AlgoStack.Gateway.Tests;

/// <summary>A service that answers as it is told, on a loopback port.</summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeUpstream(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakeUpstream> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        app.UseWebSockets();
        map(app);
        await app.StartAsync(CancellationToken.None);
        return new FakeUpstream(app);
    }

    /// <summary>An upstream that answers every path with what it was asked.</summary>
    public static Task<FakeUpstream> EchoAsync() => StartAsync(app => app.Map("/{**path}", (RequestDelegate)EchoAsync));

    /// <summary>Answers with what was asked.</summary>
    public static async Task EchoAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var echo = new Echo(
            context.Request.Method,
            context.Request.Path.ToUriComponent() + context.Request.QueryString,
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body);
        await context.Response.WriteAsJsonAsync(echo, context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}

public sealed record Echo(string Method, string Target, Dictionary<string, string> Headers, string Body);
