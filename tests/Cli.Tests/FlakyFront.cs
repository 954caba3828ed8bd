namespace AlgoStack.Cli.Tests;

/// <summary>Stands before a console and answers reads as a gateway does whose service is down, for as long as it is told.</summary>
public sealed class FlakyFront : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;

    private FlakyFront(WebApplication app, HttpClient http)
    {
        _app = app;
        _http = http;
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<FlakyFront> StartAsync(FakeConsole console, Func<bool> away)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var http = new HttpClient { BaseAddress = console.Address };
        app.Map("/{**path}", async (HttpContext context) =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.Path + context.Request.QueryString);
            if (context.Request.Method == "POST")
            {
                request.Content = new StreamContent(context.Request.Body);
                request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
            }

            using var response = await http.SendAsync(request, context.RequestAborted);
            var body = await response.Content.ReadAsStringAsync(context.RequestAborted);
            return away() && context.Request.Method == "GET"
                ? Results.Problem("signal cannot be reached: connection refused", statusCode: 503)
                : Results.Content(body, "application/json", statusCode: (int)response.StatusCode);
        });
        await app.StartAsync(CancellationToken.None);
        return new FlakyFront(app, http);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        _http.Dispose();
    }
}
