namespace AlgoStack.BrokerRouting.Brokers.Alpaca;

/// <summary>
/// Where and as whom: <c>KeyId</c> and <c>Secret</c>, or <c>KeyIdFile</c> and <c>SecretFile</c>; <c>Live</c> for real money,
/// the paper account otherwise; <c>Url</c> and <c>StreamUrl</c> for somewhere else.
/// </summary>
internal sealed record AlpacaOptions(Secret KeyId, Secret Secret, Uri Address, Uri StreamAddress)
{
    public static AlpacaOptions Read(BrokerSettings settings)
    {
        var host = settings.Flag("Live") ? "api.alpaca.markets" : "paper-api.alpaca.markets";
        return new AlpacaOptions(
            settings.Secret("KeyId"),
            settings.Secret("Secret"),
            settings.Address("Url", $"https://{host}/", "https", "http"),
            settings.Address("StreamUrl", $"wss://{host}/stream", "wss", "ws"));
    }
}
