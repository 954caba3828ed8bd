using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using AlgoStack.Gateway.Caching;
using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Hooks;
using AlgoStack.Gateway.Live;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.Gateway.Push;
using AlgoStack.Gateway.Status;
using AlgoStack.Gateway.Udf;
using AlgoStack.ServiceDefaults;
using Microsoft.AspNetCore.StaticFiles;

namespace AlgoStack.Gateway;

/// <summary>The one address of the console: its page, its live stream, and every service's paths behind it.</summary>
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
        builder.AddDoor();
        builder.AddSignIn();
        builder.AddUdf();
        builder.AddHooks();
        builder.AddPush();
        builder.AddAnswerCache();
        builder.AddBus(bus =>
        {
            bus.AddLiveConsumer<ShowBars, BarsClosed>(services => Hears(services, LiveTopics.Bars, PushNews.OfBars, KeptAnswers.Prices));
            bus.AddLiveConsumer<ShowSignals, BarsEvaluated>(services => Hears(services, LiveTopics.Signals, PushNews.OfSignals));
            bus.AddLiveConsumer<ShowOrders, OrdersChanged>(services => Hears(services, LiveTopics.Orders, PushNews.OfOrders, KeptAnswers.Statistics));
            bus.AddConsumer<ShowAlerts>();
        });
        // For the pages alone, which are no secret: what services answer is passed on as they answered it.
        builder.Services.AddResponseCompression(options => options.EnableForHttps = true);
        builder.Services.AddSingleton<ServiceAddresses>();
        builder.Services.AddSingleton<Forwarder>();
        builder.Services.AddSingleton<LiveHub>();
        builder.Services.AddSingleton<StreamLive>();
        builder.Services.AddSingleton<ServiceWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServiceWatch>());

        var app = builder.Build();
        app.UseHeaders();
        app.MapDefaultEndpoints();
        app.UseWebSockets();
        MapPages(app);
        app.UseDoor();
        app.UseOutputCache();
        app.MapGet("/api/v1/status", (ServiceWatch watch) => watch.Status);
        app
            .MapGet("/api/v1/live", (HttpContext context, StreamLive live, string? session, string? instrument, string? topics) =>
                live.HandleAsync(context, session, instrument, topics))
            .Produces<LiveUpdate>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapPush();
        app.MapSignIn();
        SwitchMaintenance.Map(app);
        app.MapUdf();
        TakeAlert.Map(app);
        app.MapForwarding();
        return app;
    }

    // Files go out before anybody asks who wants them.
    private static void MapPages(WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments(ConsolePath, StringComparison.OrdinalIgnoreCase), console => console.UseResponseCompression());
        var files = new StaticFileOptions { OnPrepareResponse = Keep };
        app.UseStaticFiles(files);
        app.MapGet("/", () => Results.Redirect($"{ConsolePath}/")).AllowAnonymous().ExcludeFromDescription();
        // Which screen it is, the page itself reads from the path.
        app.MapFallbackToFile($"{ConsolePath}/{{**screen:nonfile}}", $"{ConsolePath}/index.html", files).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>That something came is enough for what is kept; whether anybody wants to know what it was is the answer.</summary>
    private static bool Hears(IServiceProvider services, LiveTopics topic, PushKinds kinds, string? makesOld = null)
    {
        if (makesOld is not null) services.GetRequiredService<KeptAnswers>().Forget(makesOld);
        return services.GetRequiredService<LiveHub>().IsWanted(topic) || services.GetRequiredService<PushNews>().Wants(kinds);
    }

    // A new version is seen at the next load: what is named by its content never changes.
    private static void Keep(StaticFileResponseContext page)
    {
        page.Context.Response.Headers.CacheControl = page.Context.Request.Path.StartsWithSegments($"{ConsolePath}/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
    }
}
