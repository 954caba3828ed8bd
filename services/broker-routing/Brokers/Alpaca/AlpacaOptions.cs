namespace AlgoStack.BrokerRouting.Brokers.Alpaca;

/// <summary>
/// Where and as whom: <c>KeyId</c> and <c>Secret</c>, or <c>KeyIdFile</c> and <c>SecretFile</c>; <c>Live</c> for real money,
/// the paper account otherwise; <c>Url</c> and <c>StreamUrl</c> for somewhere else; <c>TimeoutSeconds</c> for a line that is
/// slower or quicker than usual.
/// </summary>
internal sealed record AlpacaOptions(Secret KeyId, Secret Secret, Uri Address, Uri StreamAddress)
{
    private const int UsualTimeoutSeconds = 10;
    private const int LongestTimeoutSeconds = 120;

    /// <summary>What has no answer by then has none.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(UsualTimeoutSeconds);

    /// <summary>Whether it is real money; null where that is not known.</summary>
    public bool? IsLive { get; init; }

    public static AlpacaOptions Read(BrokerSettings settings)
    {
        var host = settings.Flag("Live") ? "api.alpaca.markets" : "paper-api.alpaca.markets";
        return new AlpacaOptions(
            settings.Secret("KeyId"),
            settings.Secret("Secret"),
            settings.Address("Url", $"https://{host}/", "https", "http"),
            settings.Address("StreamUrl", $"wss://{host}/stream", "wss", "ws"))
        {
            IsLive = settings.IsLive(),
            Timeout = TimeSpan.FromSeconds(settings.Number("TimeoutSeconds", UsualTimeoutSeconds, 1, LongestTimeoutSeconds)),
        };
    }
}
