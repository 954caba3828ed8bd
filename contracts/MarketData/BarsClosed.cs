namespace AlgoStack.Contracts.MarketData;

/// <summary>
/// A contiguous run of whole instants of one session, timeframe and partition. <paramref name="Sequence"/> counts
/// from 1 without gaps per session and partition. Ordered: published with the partition as its routing key.
/// </summary>
/// <param name="SessionId">The run of market data: <c>live</c>, or a replay's own id.</param>
/// <param name="Timeframe">As in <c>1m</c>, <c>1h</c>, <c>1d</c>.</param>
/// <param name="WarmUp">History from before the session: evaluated, but raises no signal.</param>
/// <param name="EndOfSession">Nothing follows in this partition.</param>
/// <param name="Instruments">The trading rules of the instruments named in <paramref name="Bars"/>, in its order.</param>
/// <param name="Bars">The bars; may be empty at the end of a session.</param>
public sealed record BarsClosed(
    string SessionId,
    int Partition,
    long Sequence,
    string Timeframe,
    bool WarmUp,
    bool EndOfSession,
    IReadOnlyList<InstrumentTerms> Instruments,
    BarColumns Bars);

/// <summary>What an order for an instrument must respect: smallest price step and quantity step, and its currency.</summary>
public sealed record InstrumentTerms(string Id, decimal Tick, decimal Lot, string Currency);
