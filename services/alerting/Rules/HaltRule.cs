using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Alerting.Rules;

/// <summary>Trading stopped, only to reduce, and allowed again. Each is told, whatever came before: who halts twice means it.</summary>
public static class HaltRule
{
    public const string Halted = "trading-halted";
    public const string Reduced = "trading-reduced";
    public const string Resumed = "trading-resumed";

    /// <param name="messageId">Of the message that told it.</param>
    public static AlertDraft On(TradingHalted halted, string messageId) => new(
        AlertId.From(Halted, messageId),
        Severity.Critical,
        Halted,
        $"Trading halted{Of(halted.Account, halted.Strategy)}",
        AlertText.Body($"No new orders since {halted.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {halted.Reason}"),
        SessionId: null);

    /// <param name="messageId">Of the message that told it.</param>
    public static AlertDraft On(TradingReduced reduced, string messageId) => new(
        AlertId.From(Reduced, messageId),
        Severity.Critical,
        Reduced,
        $"Trading may only reduce{Of(reduced.Account, reduced.Strategy)}",
        AlertText.Body($"Only orders that make a position smaller since {reduced.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {reduced.Reason}"),
        SessionId: null);

    /// <param name="messageId">Of the message that told it.</param>
    public static AlertDraft On(TradingResumed resumed, string messageId) => new(
        AlertId.From(Resumed, messageId),
        Severity.Info,
        Resumed,
        $"Trading resumed{Of(resumed.Account, resumed.Strategy)}",
        AlertText.Body($"Orders are allowed again since {resumed.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC: {resumed.Reason}"),
        SessionId: null);

    private static string Of(string? account, string? strategy) => (account, strategy) switch
    {
        (null, _) => "",
        (_, null) => $" on {account}",
        _ => $" for {strategy} on {account}",
    };
}
