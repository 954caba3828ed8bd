using System.Net.Http.Headers;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>What came of one request to a venue.</summary>
internal abstract record VenueAnswer
{
    private VenueAnswer()
    {
    }

    /// <summary>The venue said something, good or bad.</summary>
    public sealed record Given(int Status, HttpResponseHeaders Headers, ReadOnlyMemory<byte> Body) : VenueAnswer
    {
        public bool IsSuccess => Status is >= 200 and < 300;
    }

    /// <summary>Nothing left the house: there was no connection.</summary>
    public sealed record NotSent(string Reason) : VenueAnswer;

    /// <summary>It may have been heard, and the answer was lost, came too late or was too long to be one.</summary>
    public sealed record Lost(string Reason) : VenueAnswer;
}
