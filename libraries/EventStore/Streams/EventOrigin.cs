using System.Diagnostics;

namespace AlgoStack.EventStore.Streams;

/// <summary>What brought an event about, where the events of one session were brought about by several things.</summary>
/// <param name="CorrelationId">Null is the session's.</param>
/// <param name="CausationId">Null is the session's.</param>
/// <param name="Trace">Stored as W3C trace context, for whoever takes the event to go on with; the default is that of <see cref="Activity.Current"/>.</param>
public sealed record EventOrigin(string? CorrelationId, string? CausationId, ActivityContext Trace = default)
{
    internal static readonly EventOrigin OfSession = new(null, null);
}
