using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>
/// Where and as whom: <c>Key</c> and <c>Secret</c>, or <c>KeyFile</c> and <c>SecretFile</c>, the secret as text or as a PEM;
/// <c>Live</c> for real money, the test net otherwise; <c>Url</c> and <c>StreamUrl</c> for somewhere else.
/// </summary>
internal sealed record BinanceOptions(BinanceKey Key, Uri Address, Uri StreamAddress)
{
    /// <summary>Whether it is real money; null where that is not known.</summary>
    public bool? IsLive { get; init; }

    /// <exception cref="InvalidConfigurationException">Something is missing or is not what was expected.</exception>
    public static BinanceOptions Read(BrokerSettings settings)
    {
        var (http, stream) = settings.Flag("Live")
            ? ("https://api.binance.com/", "wss://ws-api.binance.com:443/ws-api/v3")
            : ("https://testnet.binance.vision/", "wss://ws-api.testnet.binance.vision/ws-api/v3");
        return new BinanceOptions(
            ReadKey(settings),
            settings.Address("Url", http, "https", "http"),
            settings.Address("StreamUrl", stream, "wss", "ws"))
        {
            IsLive = settings.IsLive(),
        };
    }

    private static BinanceKey ReadKey(BrokerSettings settings)
    {
        try
        {
            return new BinanceKey(settings.Secret("Key"), settings.Secret("Secret"));
        }
        catch (NotSupportedException e)
        {
            throw settings.Unusable("Secret", $"cannot sign: {e.Message}");
        }
    }
}
