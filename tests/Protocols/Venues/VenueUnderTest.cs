using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Trading.Venues;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.Protocols.Venues;

/// <summary>One of our adapters, and what the fixtures of its venue do not say.</summary>
internal abstract class VenueUnderTest
{
    private static readonly VenueUnderTest[] All = [new AlpacaUnderTest(), new BinanceUnderTest()];

    /// <summary>As fixtures name the venue.</summary>
    public abstract string Name { get; }

    public static IEnumerable<string> Names => All.Select(venue => venue.Name);

    public static VenueUnderTest? Find(string name) => All.FirstOrDefault(venue => venue.Name == name);

    /// <summary>The adapter as it is configured, with test keys, for a server at these addresses.</summary>
    public abstract IBroker Create(Uri http, Uri stream, TimeProvider clock);

    /// <summary>The venue's own record of an instrument.</summary>
    public abstract VenueInstrument ReadInstrument(JsonElement record);

    /// <summary>What the adapter refuses before it sends, besides what the instrument's rules forbid.</summary>
    public virtual string? WhyNot(VenueOrder order) => null;

    /// <summary>Answers what the adapter asks besides the call of a case, such as the time.</summary>
    /// <returns>Null for the call of the case itself.</returns>
    /// <param name="isWanted">Whether the case is about a request like this.</param>
    public virtual string? Answer(HttpRequest request, bool isWanted) => null;

    /// <summary>Whether there is market data at a stream's address, and nothing else.</summary>
    public virtual bool IsMarketData(string url) => false;

    /// <summary>Null where what was sent is signed as it must be.</summary>
    public abstract string? WhyNotSigned(SentRequest request);

    /// <summary>Null where the vector's inputs give its result.</summary>
    public abstract Task<string?> WhyNotAsync(JsonElement vector);
}
