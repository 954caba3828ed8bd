using System.Diagnostics;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>What the desk took up, and so what brought about the events that it decided on it.</summary>
/// <param name="Name">
/// As it is stored: <c>key:</c> and the caller's <c>Idempotency-Key</c>, <c>request:</c> and the span of a request without one,
/// <c>venue:</c> and what it answered or told, <c>desk:</c> and what the desk does by itself.
/// </param>
/// <param name="From">When it came in, and so began to wait.</param>
/// <param name="Trace">In which it came in; the default where it was in none.</param>
internal sealed record Cause(string Name, DateTimeOffset From, ActivityContext Trace = default)
{
    /// <summary>A wish of somebody who waits for the answer.</summary>
    public static Cause Asked(string? key, DateTimeOffset now)
    {
        var activity = Activity.Current;
        return new Cause(key is not null ? $"key:{key}" : $"request:{activity?.Id ?? "untraced"}", now, activity?.Context ?? default);
    }
}
