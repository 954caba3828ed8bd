using AlgoStack.Trading.Venues;

namespace AlgoStack.Engine;

/// <summary>How an account is traded.</summary>
/// <param name="Venue">As in <c>ALPACA</c>.</param>
public sealed record AccountTerms(string Account, string Venue, BrokerCapabilities Capabilities)
{
    /// <summary>An order that could not leave for so long (the account was not proven, its instrument blocked) is not wanted any more.</summary>
    public TimeSpan MostWait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The pause before the venue is asked the second time for what it could not tell; it doubles up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>So far before the newest proof fills are asked for again: a venue's list may lag behind what it has told.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>After so long the account is compared again.</summary>
    public TimeSpan ReconcileEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After so long the account is valued again, where it holds something and a price has changed.</summary>
    public TimeSpan ValueEvery { get; init; } = TimeSpan.FromMinutes(1);
}
