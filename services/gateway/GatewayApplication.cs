using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Status;

namespace AlgoStack.Gateway;

/// <summary>The one address of the console: its page, its live stream, and every service's paths behind it.</summary>
internal static class GatewayApplication
{
    public static WebApplication Build(string[] args)
    {
        // The page lies beside the program, wherever it was started from.
        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ServiceAddresses>();
        builder.Services.AddSingleton<Forwarder>();
        builder.Services.AddSingleton<ServiceWatch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ServiceWatch>());

        var app = builder.Build();
        app.UseWebSockets();
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.MapGet("/api/v1/status", (ServiceWatch watch) => watch.Status);
        app.MapForwarding();
        return app;
    }
}
