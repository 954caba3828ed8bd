using Microsoft.AspNetCore.Http;

namespace AlgoStack.ServiceDefaults.Telemetry;

/// <summary>Answers <c>/metrics</c>. One scrape at a time: the SDK's reader collects for one.</summary>
internal sealed class PrometheusScrape(PrometheusExporter exporter) : IDisposable
{
    private const int CollectTimeoutMilliseconds = 5_000;

    private readonly SemaphoreSlim _turn = new(1, 1);

    public async Task WriteAsync(HttpContext context)
    {
        await _turn.WaitAsync(context.RequestAborted);
        string text;
        try
        {
            if (exporter.Collect?.Invoke(CollectTimeoutMilliseconds) != true)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            }

            text = exporter.Text;
        }
        finally
        {
            _turn.Release();
        }

        context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    public void Dispose() => _turn.Dispose();
}
