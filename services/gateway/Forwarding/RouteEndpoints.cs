namespace AlgoStack.Gateway.Forwarding;

internal static class RouteEndpoints
{
    /// <summary>Maps every route of <see cref="Routes.All"/> to the <see cref="Forwarder"/>.</summary>
    public static void MapForwarding(this IEndpointRouteBuilder endpoints)
    {
        var forwarder = endpoints.ServiceProvider.GetRequiredService<Forwarder>();
        foreach (var route in Routes.All)
        {
            var endpoint = endpoints.Map(route.Pattern, context => forwarder.ForwardAsync(context, route)).WithMetadata(route);
            if (route.Kept is { } kind) endpoint.CacheOutput(kind);
        }
    }
}
