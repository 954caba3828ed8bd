using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers;

/// <summary>What a venue's frame says to us. Most frames say nothing but that the venue is there.</summary>
internal abstract record VenueMessage;

/// <summary>A subscription stands.</summary>
internal sealed record SubscriptionAccepted : VenueMessage;

/// <summary>A subscription was refused.</summary>
internal sealed record SubscriptionRefused(string Reason) : VenueMessage;

/// <summary>A bar as it stands, stamped at its close; <paramref name="Final"/> when the venue says that it will not change any more.</summary>
internal sealed record BarUpdated(string Symbol, Bar Bar, bool Final) : VenueMessage;

/// <summary>The venue will close the connection soon.</summary>
internal sealed record VenueLeaving : VenueMessage;
