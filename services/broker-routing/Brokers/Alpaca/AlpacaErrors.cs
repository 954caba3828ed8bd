using System.Globalization;
using System.Text.Json;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Alpaca;

/// <summary>
/// What Alpaca's refusals mean. Their codes are the HTTP status and a few digits, and one code stands for several things, so
/// that some are told apart by their words.
/// </summary>
internal static class AlpacaErrors
{
    private const int MostText = 500;

    /// <param name="placing">Whether an order was sent: then it matters whether it is there.</param>
    public static BrokerError Read(VenueAnswer.Given answer, bool placing, DateTimeOffset now)
    {
        var (code, text) = Words(answer.Body);
        var category = Category(answer.Status, code, text);
        var outcome = !placing ? PlacementOutcome.NotApplicable : category switch
        {
            BrokerErrorCategory.OutcomeUnknown => PlacementOutcome.Unknown,
            BrokerErrorCategory.DuplicateClientOrderId => PlacementOutcome.PreviouslyPlaced,
            _ => PlacementOutcome.NotPlaced,
        };
        return category == BrokerErrorCategory.RateLimited
            ? new BrokerError(category, code, Say(answer.Status, text), outcome, RetryRule.After, RetryAfter(answer, now))
            : new BrokerError(category, code, Say(answer.Status, text), outcome);
    }

    private static BrokerErrorCategory Category(int status, string? code, string? text) => (status, text) switch
    {
        (429, _) => BrokerErrorCategory.RateLimited,
        (401, _) => BrokerErrorCategory.AuthInvalid,
        (403, null) => BrokerErrorCategory.Blocked,
        // A server's own trouble, or words that nobody can read: the order may be there.
        ( < 400 or >= 500 or 408, _) or (_, null) => BrokerErrorCategory.OutcomeUnknown,
        (403, _) when code is null => BrokerErrorCategory.AuthInvalid,
        (_, { } words) when words.Has("client_order_id") && words.Has("unique") => BrokerErrorCategory.DuplicateClientOrderId,
        (_, { } words) when words.Has("market") && words.Has("closed") => BrokerErrorCategory.MarketClosed,
        (403, { } words) when words.Has("insufficient") => BrokerErrorCategory.InsufficientFunds,
        (403, _) => BrokerErrorCategory.PermissionDenied,
        (404 or 422, { } words) when NamesSymbol(words) => BrokerErrorCategory.InvalidSymbol,
        (404, _) => BrokerErrorCategory.OrderNotFound,
        (_, { } words) when IsTooLate(words) => BrokerErrorCategory.OrderNotCancelable,
        _ => BrokerErrorCategory.InvalidOrder,
    };

    private static bool NamesSymbol(string words) =>
        (words.Has("asset") || words.Has("symbol"))
        && (words.Has("not found") || words.Has("not find") || words.Has("invalid") || words.Has("unknown") || words.Has("not active")
            || words.Has("not tradable") || words.Has("not exist"));

    private static bool IsTooLate(string words) =>
        words.Has("cancelable") || words.Has("cancellable") || words.Has("cannot be cancel") || words.Has("cannot cancel")
        || words.Has("cannot replace") || words.Has("cannot be replaced") || words.Has("not replaceable") || words.Has("already in")
        || words.Has("pending cancel") || words.Has("pending_cancel");

    private static bool Has(this string words, string part) => words.Contains(part, StringComparison.OrdinalIgnoreCase);

    // Null text where it is not the JSON that Alpaca itself writes.
    private static (string? Code, string? Text) Words(ReadOnlyMemory<byte> body)
    {
        try
        {
            var error = VenueJson.Parse(body);
            return (error.OptionalInteger("code")?.ToString(CultureInfo.InvariantCulture), error.OptionalText("message"));
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }

    private static string Say(int status, string? text) =>
        text is null ? $"HTTP {status} without a message" : text.Length <= MostText ? text : $"{text[..MostText]}…";

    private static TimeSpan? RetryAfter(VenueAnswer.Given answer, DateTimeOffset now)
    {
        if (answer.Headers.RetryAfter is { Delta: { } delta }) return delta;
        if (answer.Headers.RetryAfter is { Date: { } date }) return date > now ? date - now : TimeSpan.Zero;

        return AlpacaLimits.ResetAt(answer) is { } reset && reset > now ? reset - now : null;
    }
}
