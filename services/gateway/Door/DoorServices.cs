using AlgoStack.Gateway.Bans;
using AlgoStack.Gateway.Limits;
using AlgoStack.Gateway.Maintenance;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Configuration;
using Microsoft.AspNetCore.HttpOverrides;

namespace AlgoStack.Gateway.Door;

/// <summary>What stands between the world and every endpoint: sizes and times, headers, who asks, how often, and who may not.</summary>
internal static class DoorServices
{
    private const int MostConnections = 5_000;

    /// <summary>Of a request's head, from its first byte; 408 after.</summary>
    private static readonly TimeSpan HeadPatience = TimeSpan.FromSeconds(10);

    /// <summary>Between two requests on a connection.</summary>
    private static readonly TimeSpan IdlePatience = TimeSpan.FromMinutes(2);

    /// <summary>A body that comes slower is cut off with 408. The largest there may be takes 17 minutes at most.</summary>
    private const double SlowestBodyBytesPerSecond = 1_024;

    private static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    private const string ProxiesKey = "Proxies:Known";
    private const string OriginsKey = "Cors:Origins";

    private static readonly PathString[] Guarded = ["/api", "/udf", "/auth", "/hooks"];

    // What a page of another origin may read beside what every page may.
    private static readonly string[] Exposed =
        ["Idempotency-Replayed", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "Server-Timing", Timing.Header];

    public static void AddDoor(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBodies.MostBytes;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = HeadPatience;
            kestrel.Limits.KeepAliveTimeout = IdlePatience;
            kestrel.Limits.MinRequestBodyDataRate = new(SlowestBodyBytesPerSecond, BodyGrace);
        });
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddSingleton<RateTable>();
        builder.Services.AddSingleton<RateCounter>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RateCounter>());
        builder.Services.AddSingleton<LimitRequests>();
        builder.Services.AddSingleton<FailedAddresses>();
        builder.Services.AddSingleton<TurnAwayBanned>();
        builder.Services.AddSingleton<MaintenanceTable>();
        builder.Services.AddSingleton<SwitchMaintenance>();
        builder.Services.AddSingleton<RefuseChanges>();
        AddProxies(builder);
        AddOrigins(builder);
    }

    /// <summary>What comes before anything is looked at. To be used first.</summary>
    public static void UseHeaders(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.Use(SecurityHeaders.SetAsync);
        app.UseWhen(IsGuarded, guarded => guarded.Use(Timing.MeasureAsync));
    }

    /// <summary>Who asks, whether they may ask now, and whether they may at all. To be used after what answers problems and shows pages.</summary>
    public static void UseDoor(this WebApplication app)
    {
        app.UseCors();
        app.UseAuthentication();
        var (limits, bans) = (app.Services.GetRequiredService<LimitRequests>(), app.Services.GetRequiredService<TurnAwayBanned>());
        app.UseWhen(IsGuarded, guarded => guarded.Use(limits.HandleAsync).Use(bans.HandleAsync));
        app.UseAuthorization();
        var changes = app.Services.GetRequiredService<RefuseChanges>();
        app.UseWhen(IsGuarded, guarded => guarded.Use(changes.HandleAsync));
    }

    /// <summary>Whether it is more than a page, a health check or a public key.</summary>
    private static bool IsGuarded(HttpContext context) =>
        Array.Exists(Guarded, path => context.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase))
        || context.GetEndpoint()?.Metadata.GetMetadata<Forwarding.Route>() is not null;

    // Nobody but a known proxy says for whom it asks: else whoever asks would choose their address.
    private static void AddProxies(WebApplicationBuilder builder)
    {
        var known = AddressList.Read(builder.Configuration, ProxiesKey);
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in known.Networks) options.KnownIPNetworks.Add(network);
            // With nobody known the middleware would believe everybody.
            if (known.Networks.Count > 0) options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
            options.ForwardLimit = null;
        });
    }

    // No cookies: they are SameSite=Strict, and no other origin's.
    private static void AddOrigins(WebApplicationBuilder builder)
    {
        var origins = (builder.Configuration[OriginsKey] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var origin in origins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.GetLeftPart(UriPartial.Authority) != origin)
                throw new InvalidConfigurationException(OriginsKey, $"has \"{origin}\": expected origins with commas between, as in https://charts.example.com.");
        }

        builder.Services.AddCors(options => options.AddDefaultPolicy(policy => policy
            .WithOrigins(origins)
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("Authorization", "Content-Type", "Idempotency-Key", "traceparent", "tracestate")
            .WithExposedHeaders(Exposed)));
    }
}
