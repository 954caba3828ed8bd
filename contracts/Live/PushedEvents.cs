namespace AlgoStack.Contracts.Live;

/// <summary>The newest close of an instrument in a session, as <c>data</c> of the kind <c>prices</c> of the gateway's live push.</summary>
/// <param name="At">When that bar closed.</param>
public sealed record InstrumentPrice(string SessionId, string Instrument, double Price, DateTimeOffset At);

/// <summary>A fill has changed a position, which is to be read anew: <c>data</c> of the kind <c>positions</c> of the gateway's live push.</summary>
/// <param name="Position">Of the fill in the log of broker-routing.</param>
/// <param name="At">When it traded.</param>
public sealed record PositionTouched(long Position, string Account, string Instrument, DateTimeOffset At);
