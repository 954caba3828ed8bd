using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.Connections;

namespace AlgoStack.Gateway.Push;

/// <summary>Live push: one journal, two ways to follow it.</summary>
internal static class PushServices
{
    public const string SocketPath = "/api/v1/ws";
    public const string HubPath = "/api/v1/hub";

    public static void AddPush(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IHttpContextFactory, TokenFromAddress>();
        builder.Services.AddSingleton<PushJournal>();
        builder.Services.AddSingleton<PushFeed>();
        builder.Services.AddSingleton<PushNews>();
        builder.Services.AddSingleton<CheckToken>();
        builder.Services.AddSingleton<PushSocket>();
        builder.Services.AddSingleton<HubLines>();
        builder.Services.AddHostedService<PushWatch>();
        builder.Services.AddHostedService<WatchBus>();
        builder.Services.AddSignalR(options =>
        {
            options.KeepAliveInterval = PushConnection.KeepAlive;
            options.ClientTimeoutInterval = 2 * PushConnection.KeepAlive;
            options.MaximumReceiveMessageSize = PushRequest.MostBytes;
        });
    }

    public static void MapPush(this WebApplication app)
    {
        app.Map(SocketPath, app.Services.GetRequiredService<PushSocket>().HandleAsync).RequireScope(TokenScopes.Read).WithMetadata(new AuditsItself());
        app.MapHub<PushHub>(HubPath, options => options.Transports = HttpTransportType.WebSockets)
            .RequireScope(TokenScopes.Read)
            .WithMetadata(GoesOn.Always, new AuditsItself());
    }
}
