using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Ingestion.Providers;

/// <summary>Where venues are: <c>Feeds:Binance:Url</c> and the like, else where they say themselves.</summary>
internal static class FeedUrls
{
    /// <exception cref="InvalidConfigurationException">It is no WebSocket address.</exception>
    public static Uri Read(IConfiguration configuration, IVenueProtocol protocol)
    {
        // Keys are compared without regard to case.
        var key = $"Feeds:{protocol.Provider}:Url";
        if (configuration[key] is not { Length: > 0 } text) return protocol.DefaultUrl;

        return Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "ws" or "wss"
            ? url
            : throw new InvalidConfigurationException(key, $"is '{text}': expected a WebSocket address, as in {protocol.DefaultUrl}.");
    }
}
