using System.Diagnostics;

namespace AlgoStack.ServiceDefaults.Telemetry;

/// <summary>Traces that go on after a stop in the database.</summary>
public static class Tracing
{
    private static readonly ActivitySource Source = new("AlgoStack.Tracing");

    /// <summary>What to store beside an event so that whoever reads it later goes on with the trace; null outside of one.</summary>
    public static string? CurrentTraceParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;

    /// <summary>
    /// Goes on with the trace in which something was stored. Dispose what is returned when the work is done; it is null when
    /// nobody listens to traces.
    /// </summary>
    /// <param name="name">What is done, as in <c>publish OrdersChanged</c>.</param>
    /// <param name="traceParent">The stored <c>traceparent</c>; null or unreadable starts a trace of its own.</param>
    /// <param name="others">Of the rest of a page: traces that this work belongs to as well.</param>
    public static Activity? Continue(string name, string? traceParent, IEnumerable<string?>? others = null)
    {
        var parsed = ActivityContext.TryParse(traceParent, traceState: null, isRemote: true, out var parent);
        var links = (others ?? [])
            .Where(other => other is not null && !string.Equals(other, traceParent, StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .Select(other => ActivityContext.TryParse(other, traceState: null, isRemote: true, out var context) ? context : default)
            .Where(context => context != default)
            .Select(context => new ActivityLink(context));
        return parsed
            ? Source.StartActivity(name, ActivityKind.Internal, parent, links: links)
            : Source.StartActivity(name, ActivityKind.Internal, parentContext: default, links: links);
    }
}
