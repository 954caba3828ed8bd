using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace AlgoStack.Testing.Services;

/// <summary>Stands in for another service: answers what a test lets it answer, and remembers what it was asked.</summary>
public sealed class HttpPeer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _asked;

    private HttpPeer(WebApplication app, ConcurrentQueue<string> asked)
    {
        _app = app;
        _asked = asked;
    }

    public Uri Address => new(_app.Urls.Single());

    /// <summary>Paths with their queries, in the order they were asked for.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    public static async Task<HttpPeer> StartAsync(Action<IEndpointRouteBuilder> map)
    {
        var asked = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var app = builder.Build();
        app.Use((context, next) =>
        {
            asked.Enqueue($"{context.Request.Path}{context.Request.QueryString}");
            return next();
        });
        app.UseWebSockets();
        app.UseRouting();
        map(app);
        await app.StartAsync(CancellationToken.None);
        return new HttpPeer(app, asked);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
