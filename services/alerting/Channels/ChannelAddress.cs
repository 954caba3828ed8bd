namespace AlgoStack.Alerting.Channels;

/// <summary>Where secrets may be sent over HTTP.</summary>
public static class ChannelAddress
{
    /// <summary>Encrypted, or not leaving this machine.</summary>
    public static bool IsSafe(Uri url) =>
        url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback);
}
