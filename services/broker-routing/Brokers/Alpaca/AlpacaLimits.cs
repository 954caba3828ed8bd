using System.Globalization;

namespace AlgoStack.BrokerRouting.Brokers.Alpaca;

/// <summary>What Alpaca's answers say of the requests that are left: so many a minute and key.</summary>
internal static class AlpacaLimits
{
    /// <summary>What every key has, unless an answer says otherwise.</summary>
    public const int RequestsPerMinute = 200;

    /// <summary>How long to keep still where Alpaca refuses without saying for how long.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    public static long? Limit(VenueAnswer.Given answer) => Number(answer, "X-Ratelimit-Limit");

    public static long? Remaining(VenueAnswer.Given answer) => Number(answer, "X-Ratelimit-Remaining");

    public static DateTimeOffset? ResetAt(VenueAnswer.Given answer) =>
        Number(answer, "X-Ratelimit-Reset") is > 0 and < 253402300800 and var seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static long? Number(VenueAnswer.Given answer, string header) =>
        answer.Headers.TryGetValues(header, out var values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
