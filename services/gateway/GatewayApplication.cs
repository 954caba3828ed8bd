using System.IO.Compression;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using AlgoStack.Gateway.ClientErrors;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Push;
using AlgoStack.Gateway.Status;
using AlgoStack.Gateway.Udf;
using AlgoStack.ServiceDefaults;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.StaticFiles;

namespace AlgoStack.Gateway;

/// <summary>The one address of the console: its page, live push, and every service's paths behind it.</summary>
internal static class GatewayApplication
{
    private const string ConsolePath = "/console";

    /// <param name="clock">The machine's where none is given.</param>
    /// <param name="configure">Registers what goes before the gateway's own.</param>
    public static WebApplication Build(string[] args, TimeProvider? clock = null, Action<IServiceCollection>? configure = null)
    {
        // The page lies beside the program, wherever it was started from.
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        configure?.Invoke(builder.Services);
        builder.AddServiceDefaults();
        builder.AddSignIn();
        builder.AddUdf();
        builder.AddPush();
        builder.AddBus(bus =>
        {
            bus.AddLiveConsumer<ShowBars, BarsClosed>(services => Wants(services, PushNews.OfBars));
            bus.AddLiveConsumer<ShowSignals, BarsEvaluated>(services => Wants(services, PushNews.OfSignals));
            bus.AddLiveConsumer<ShowOrders, OrdersChanged>(services => Wants(services, PushNews.OfOrders));
            bus.AddConsumer<ShowAlerts>();
        });
        // For the pages alone, which are no secret: what services answer is passed on as they answered it.
        builder.Services.AddResponseCompression(options => options.EnableForHttps = true);
        builder.Services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        builder.Services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        builder.Services.AddSingleton<ServiceAddresses>();
        builder.Services.AddSingleton<Forwarder>();
        builder.Services.AddSingleton<NoteClientError>();
        builder.Services.AddSingleton<ServiceWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServiceWatch>());

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.UseWebSockets();
        app.UseWhen(context => context.Request.Path.StartsWithSegments(ConsolePath, StringComparison.OrdinalIgnoreCase), console => console.UseResponseCompression());
        var files = new StaticFileOptions { OnPrepareResponse = Guard };
        app.UseStaticFiles(files);
        app.MapGet("/", () => Results.Redirect($"{ConsolePath}/")).AllowAnonymous().ExcludeFromDescription();
        // Which screen it is, the page itself reads from the path.
        app.MapFallbackToFile($"{ConsolePath}/{{**screen:nonfile}}", $"{ConsolePath}/index.html", files).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/api/v1/status", (ServiceWatch watch) => watch.Status);
        NoteClientError.Map(app);
        app.MapPush();
        app.MapSignIn();
        app.MapUdf();
        app.MapForwarding();
        return app;
    }

    private static bool Wants(IServiceProvider services, PushKinds kinds) => services.GetRequiredService<PushNews>().Wants(kinds);

    // The page needs nothing from elsewhere, and nobody needs it in a frame. A new version is seen at the next load: what is named by
    // its content never changes.
    private static void Guard(StaticFileResponseContext page)
    {
        var headers = page.Context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.CacheControl = page.Context.Request.Path.StartsWithSegments($"{ConsolePath}/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        headers.XContentTypeOptions = "nosniff";
    }
}
