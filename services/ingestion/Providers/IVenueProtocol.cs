using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Providers;

/// <summary>How a venue's public stream of bars is spoken: frames in, frames out, nothing of connections or time.</summary>
internal interface IVenueProtocol
{
    /// <summary>As in <c>binance</c>; also the section of its settings.</summary>
    string Provider { get; }

    /// <summary>The venue in the names of its instruments.</summary>
    string Venue { get; }

    /// <summary>Where it is when nothing is configured.</summary>
    Uri DefaultUrl { get; }

    /// <summary>The timeframes there are.</summary>
    IReadOnlyCollection<Timeframe> Timeframes { get; }

    /// <summary>Whether the venue says when a bar is final. Else it is when the next one has begun.</summary>
    bool MarksFinalBars { get; }

    /// <summary>A symbol as we write it, upper case without a separator; null when it can be no symbol of this venue.</summary>
    string? Normalize(string symbol);

    string Subscribe(IReadOnlyCollection<string> symbols, Timeframe timeframe);

    string Unsubscribe(IReadOnlyCollection<string> symbols, Timeframe timeframe);

    /// <summary>A question that a living venue answers.</summary>
    string Probe();

    /// <summary>What a frame says; nothing for frames of no interest.</summary>
    /// <exception cref="System.Text.Json.JsonException">It is no JSON, or not of the shape it claims.</exception>
    IEnumerable<VenueMessage> Read(ReadOnlyMemory<byte> frame, Timeframe timeframe);
}
