using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Live;
using AlgoStack.Gateway.Status;
using AlgoStack.ServiceDefaults;

namespace AlgoStack.Gateway;

/// <summary>The one address of the console: its page, its live stream, and every service's paths behind it.</summary>
internal static class GatewayApplication
{
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
        builder.AddBus(bus =>
        {
            bus.AddLiveConsumer<ShowBars, BarsClosed>(services => Wants(services, LiveTopics.Bars));
            bus.AddLiveConsumer<ShowSignals, BarsEvaluated>(services => Wants(services, LiveTopics.Signals));
            bus.AddLiveConsumer<ShowOrders, OrdersChanged>(services => Wants(services, LiveTopics.Orders));
            bus.AddConsumer<ShowAlerts>();
        });
        builder.Services.AddSingleton<ServiceAddresses>();
        builder.Services.AddSingleton<Forwarder>();
        builder.Services.AddSingleton<LiveHub>();
        builder.Services.AddSingleton<StreamLive>();
        builder.Services.AddSingleton<ServiceWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServiceWatch>());

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.UseWebSockets();
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = page => Guard(page.Context.Response.Headers) });
        app.MapGet("/api/v1/status", (ServiceWatch watch) => watch.Status);
        app
            .MapGet("/api/v1/live", (HttpContext context, StreamLive live, string? session, string? instrument, string? topics) =>
                live.HandleAsync(context, session, instrument, topics))
            .Produces<LiveUpdate>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        app.MapSignIn();
        app.MapForwarding();
        return app;
    }

    private static bool Wants(IServiceProvider services, LiveTopics topic) => services.GetRequiredService<LiveHub>().IsWanted(topic);

    // The page needs nothing from elsewhere, and nobody needs it in a frame. A new version is seen at the next load.
    private static void Guard(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'";
        headers.CacheControl = "no-cache";
        headers.XContentTypeOptions = "nosniff";
    }
}
