using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.OutputCaching;

namespace AlgoStack.Gateway.Caching;

/// <summary>
/// Answers that are good for a while, and how long: of a kind whose events the bus tells, until then at most. An answer that was
/// begun less than <see cref="Settling"/> after such an event, or before it, is given and not kept: what is behind the gateway may not
/// have taken the event in yet.
/// </summary>
internal sealed class KeptAnswers(IOutputCacheStore store, TimeProvider clock)
{
    public const string MeterName = "AlgoStack.Answers";

    /// <summary>What strategies there are: what a build of the service has.</summary>
    public const string Catalogue = "catalogue";

    /// <summary>Bars and what is made of them; until a bar closes.</summary>
    public const string Prices = "prices";

    /// <summary>Figures of a portfolio's whole past; until an order changes.</summary>
    public const string Statistics = "statistics";

    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Asked = Meter.CreateCounter<long>(
        "algostack.answers", "{answer}", "Answers that may be kept, by kind and by whether one was there: hit or miss.");

    /// <summary>How long an answer is kept at most, by kind.</summary>
    public static readonly IReadOnlyDictionary<string, TimeSpan> Lifetimes = new Dictionary<string, TimeSpan>(StringComparer.Ordinal)
    {
        [Catalogue] = TimeSpan.FromMinutes(5),
        [Prices] = TimeSpan.FromSeconds(30),
        [Statistics] = TimeSpan.FromSeconds(30),
    };

    private readonly ConcurrentDictionary<string, DateTimeOffset> _changedAt = new(StringComparer.Ordinal);

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The bus told something that makes answers of a kind old.</summary>
    public void Forget(string kind)
    {
        _changedAt[kind] = Now;
        var forgotten = store.EvictByTagAsync(kind, CancellationToken.None);
        if (!forgotten.IsCompletedSuccessfully) throw new InvalidOperationException("The memory forgets at once; another store would have to be awaited.");
    }

    /// <summary>Whether what was asked for at that time may be kept.</summary>
    /// <param name="begunAt">A <see cref="Now"/>.</param>
    public bool MayKeep(string kind, DateTimeOffset begunAt) => !_changedAt.TryGetValue(kind, out var changedAt) || begunAt - changedAt >= Settling;

    public static void Count(string kind, bool hit) => Asked.Add(1, new("kind", kind), new("result", hit ? "hit" : "miss"));
}
