using System.IO.Compression;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Caching;
using AlgoStack.Gateway.ClientErrors;
using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Hooks;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.OpenApi;
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

    private static readonly StaticFileOptions Files = new() { OnPrepareResponse = Keep };

    /// <param name="clock">The machine's where none is given.</param>
    /// <param name="configure">Registers what goes before the gateway's own.</param>
    public static WebApplication Build(string[] args, TimeProvider? clock = null, Action<IServiceCollection>? configure = null)
    {
        // The page lies beside the program, wherever it was started from.
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(clock ?? TimeProvider.System);
        configure?.Invoke(builder.Services);
        AddServices(builder);
        var app = builder.Build();
        Use(app);
        Map(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddDoor();
        builder.AddAudit();
        builder.AddSignIn();
        builder.AddOidc();
        builder.AddUdf();
        builder.AddHooks();
        builder.AddPush();
        builder.AddAnswerCache();
        builder.AddBus(bus =>
        {
            bus.AddLiveConsumer<ShowBars, BarsClosed>(services => Hears(services, PushNews.OfBars, KeptAnswers.Prices));
            bus.AddLiveConsumer<ShowSignals, BarsEvaluated>(services => Hears(services, PushNews.OfSignals));
            bus.AddLiveConsumer<ShowOrders, OrdersChanged>(services => Hears(services, PushNews.OfOrders, KeptAnswers.Statistics));
            bus.AddConsumer<ShowAlerts>();
        });
        // For the pages alone, which are no secret: what services answer is passed on as they answered it.
        builder.Services.AddResponseCompression(options => options.EnableForHttps = true);
        builder.Services.Configure<GzipCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        builder.Services.Configure<BrotliCompressionProviderOptions>(options => options.Level = CompressionLevel.Optimal);
        builder.Services.AddSingleton<ServiceAddresses>();
        builder.Services.AddSingleton<Forwarder>();
        builder.Services.AddSingleton<WholeDocument>();
        builder.Services.AddSingleton<NoteClientError>();
        builder.Services.AddSingleton<ServiceWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServiceWatch>());
    }

    /// <summary>What every request goes through, in this order.</summary>
    private static void Use(WebApplication app)
    {
        app.UseHeaders();
        app.MapDefaultEndpoints();
        app.UseWebSockets();
        app.UseWhen(context => context.Request.Path.StartsWithSegments(ConsolePath, StringComparison.OrdinalIgnoreCase), console => console.UseResponseCompression());
        app.UseStaticFiles(Files);
        app.UseDoor();
        app.UseAudit();
        // What was kept is given to who was let in alone.
        app.UseOutputCache();
    }

    private static void Map(WebApplication app)
    {
        app.MapGet("/", () => Results.Redirect($"{ConsolePath}/")).AllowAnonymous().ExcludeFromDescription();
        // Which screen it is, the page itself reads from the path.
        app.MapFallbackToFile($"{ConsolePath}/{{**screen:nonfile}}", $"{ConsolePath}/index.html", Files).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/api/v1/status", (ServiceWatch watch) => watch.Status);
        NoteClientError.Map(app);
        WholeDocument.Map(app);
        app.MapPush();
        app.MapSignIn();
        app.MapOidc();
        SwitchMaintenance.Map(app);
        app.MapUdf();
        app.MapAudit();
        TakeAlert.Map(app);
        app.MapForwarding();
    }

    /// <summary>That something came is enough for what is kept; whether anybody wants to know what it was is the answer.</summary>
    private static bool Hears(IServiceProvider services, PushKinds kinds, string? makesOld = null)
    {
        if (makesOld is not null) services.GetRequiredService<KeptAnswers>().Forget(makesOld);
        return services.GetRequiredService<PushNews>().Wants(kinds);
    }

    // A new version is seen at the next load: what is named by its content never changes.
    private static void Keep(StaticFileResponseContext page)
    {
        page.Context.Response.Headers.CacheControl = page.Context.Request.Path.StartsWithSegments($"{ConsolePath}/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
    }
}
