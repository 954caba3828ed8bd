namespace AlgoStack.Alerting.Channels;

/// <summary><c>GET /alerts/channels</c>: which channels are configured and how they do, in the order of the failover.</summary>
public static class GetChannels
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/alerts/channels", (ChannelLines channels) => channels.States());
}
