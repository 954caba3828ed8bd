using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Alerting.Rules;

/// <summary>A feed that went quiet, told once until it is heard again.</summary>
public static class FeedRule
{
    public const string Quiet = "quiet-feed";
    public const string Recovered = "feed-recovered";

    /// <param name="messageId">Of the message that told it.</param>
    public static AlertDraft On(FeedWentQuiet quiet, string messageId) => new(
        AlertId.From(Quiet, messageId),
        Severity.High,
        Quiet,
        AlertText.Title($"Feed {quiet.Provider} is quiet"),
        AlertText.Body($"Last heard {quiet.LastHeard.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {quiet.Reason}"),
        quiet.SessionId,
        OpensKey: Key(quiet.SessionId, quiet.Provider));

    /// <param name="messageId">Of the message that told it.</param>
    public static AlertDraft On(FeedRecovered recovered, string messageId) => new(
        AlertId.From(Recovered, messageId),
        Severity.Info,
        Recovered,
        AlertText.Title($"Feed {recovered.Provider} is back"),
        AlertText.Body($"Heard again {recovered.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC."),
        recovered.SessionId,
        ClosesKey: Key(recovered.SessionId, recovered.Provider));

    private static string Key(string sessionId, string provider) => $"feed/{sessionId}/{provider}";
}
