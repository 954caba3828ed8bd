using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>Binance's refusals in our words. A code that is not known leaves the outcome unknown, which costs a question and no money.</summary>
internal static class BinanceErrors
{
    private const int MostText = 200;

    // What the matching engine and the filters say has one code for everything, and its text tells what it is about.
    private static readonly (string Text, BrokerErrorCategory Category)[] ByText =
    [
        ("insufficient balance", BrokerErrorCategory.InsufficientFunds),
        ("Duplicate order", BrokerErrorCategory.DuplicateClientOrderId),
        ("immediately match and take", BrokerErrorCategory.WouldTakeLiquidity),
        ("Unknown order", BrokerErrorCategory.OrderNotFound),
        ("not canceled due to cancel restrictions", BrokerErrorCategory.OrderNotCancelable),
        ("Market is closed", BrokerErrorCategory.MarketClosed),
        ("trading phase", BrokerErrorCategory.MarketClosed),
        ("require GTC for this phase", BrokerErrorCategory.MarketClosed),
        ("disabled on this account", BrokerErrorCategory.PermissionDenied),
        ("may not place or cancel", BrokerErrorCategory.PermissionDenied),
        ("not permitted for this account", BrokerErrorCategory.PermissionDenied),
        ("restricted for this account", BrokerErrorCategory.PermissionDenied),
        ("not supported for this symbol", BrokerErrorCategory.Unsupported),
        ("not support for this symbol", BrokerErrorCategory.Unsupported),
        ("Unsupported order combination", BrokerErrorCategory.Unsupported),
        ("trading is not enabled", BrokerErrorCategory.Unsupported),
    ];

    /// <summary>An answer that is no success.</summary>
    /// <param name="isPlacing">An order was to be placed by it.</param>
    public static BrokerError Read(VenueAnswer.Given answer, bool isPlacing)
    {
        try
        {
            return Read(answer.Status, VenueJson.Parse(answer.Body), answer.Headers.RetryAfter?.Delta, isPlacing);
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(answer.Body.Span[..Math.Min(answer.Body.Length, MostText)]).Trim();
            return Of(answer.Status, code: null, text.Length == 0 ? "an empty answer" : text, answer.Headers.RetryAfter?.Delta, isPlacing);
        }
    }

    /// <summary>An error of the form <c>{"code":-2010,"msg":"…"}</c>.</summary>
    /// <param name="status">Of HTTP, or of an answer on the WebSocket API, which are the same.</param>
    /// <exception cref="JsonException">It is of another.</exception>
    public static BrokerError Read(int status, JsonElement error, TimeSpan? retryAfter, bool isPlacing) =>
        Of(status, error.Integer("code"), error.OptionalText("msg") ?? "", retryAfter, isPlacing);

    /// <param name="code">Null where the body is not one of Binance's.</param>
    private static BrokerError Of(int status, long? code, string text, TimeSpan? retryAfter, bool isPlacing)
    {
        var category = CategoryOf(status, code, text);
        var outcome = !isPlacing ? PlacementOutcome.NotApplicable : category switch
        {
            BrokerErrorCategory.OutcomeUnknown => PlacementOutcome.Unknown,
            BrokerErrorCategory.DuplicateClientOrderId => PlacementOutcome.PreviouslyPlaced,
            _ => PlacementOutcome.NotPlaced,
        };
        var retry = category switch
        {
            BrokerErrorCategory.RateLimited => RetryRule.After,
            BrokerErrorCategory.ClockSkew => RetryRule.AfterClockSync,
            _ => RetryRule.Never,
        };
        return new BrokerError(
            category,
            code?.ToString(CultureInfo.InvariantCulture),
            text,
            outcome,
            retry,
            retryAfter,
            IsBanned: status == BinanceLimits.Banned);
    }

    private static BrokerErrorCategory CategoryOf(int status, long? code, string text) => (status, code) switch
    {
        ((int)HttpStatusCode.RequestTimeout or >= 500, _) => BrokerErrorCategory.OutcomeUnknown,
        ((int)HttpStatusCode.TooManyRequests or BinanceLimits.Banned, _) => BrokerErrorCategory.RateLimited,
        ((int)HttpStatusCode.Forbidden or (int)HttpStatusCode.UnavailableForLegalReasons, null) => BrokerErrorCategory.Blocked,
        ((int)HttpStatusCode.Unauthorized, null) => BrokerErrorCategory.AuthInvalid,
        (_, null) => BrokerErrorCategory.OutcomeUnknown,
        (_, { } known) => CategoryOf(known, text),
    };

    private static BrokerErrorCategory CategoryOf(long code, string text) => code switch
    {
        -1010 or -1013 or -2010 => CategoryOf(text) ?? BrokerErrorCategory.InvalidOrder,
        -2011 => CategoryOf(text) ?? BrokerErrorCategory.OrderNotCancelable,
        -1002 => BrokerErrorCategory.PermissionDenied,
        -1003 or -1008 or -1015 or -1181 => BrokerErrorCategory.RateLimited,
        -1014 or -1020 => BrokerErrorCategory.Unsupported,
        -1021 => BrokerErrorCategory.ClockSkew,
        -1022 => BrokerErrorCategory.BadSignature,
        -1034 => BrokerErrorCategory.ConnectionLimit,
        -1121 => BrokerErrorCategory.InvalidSymbol,
        -1125 => BrokerErrorCategory.SessionExpired,
        -1191 or -2035 => BrokerErrorCategory.SubscriptionLimit,
        <= -1100 and > -1200 => BrokerErrorCategory.InvalidOrder,
        -2008 or -2014 or -2015 => BrokerErrorCategory.AuthInvalid,
        -2013 => BrokerErrorCategory.OrderNotFound,
        -2026 => BrokerErrorCategory.NoData,
        _ => BrokerErrorCategory.OutcomeUnknown,
    };

    private static BrokerErrorCategory? CategoryOf(string text) =>
        Array.Find(ByText, known => text.Contains(known.Text, StringComparison.OrdinalIgnoreCase)) is { Text: not null } told ? told.Category : null;
}
