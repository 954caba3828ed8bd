using System.Collections.Concurrent;
using System.Globalization;

namespace AlgoStack.Campaigns.Histories;

/// <summary>When something began and ended, by the machine's monotonic clock.</summary>
internal readonly record struct Interval(long Invoked, long Completed);

/// <summary>What a read found: how many elements, and which.</summary>
/// <param name="Hash">Of all its elements; null where only the last is known.</param>
internal sealed record ListRead(string Stream, Interval During, int Count, ListHash? Hash, string? Last);

/// <summary>A page that the subscription was told.</summary>
internal sealed record Telling(long At, IReadOnlyList<long> Sequences);

/// <summary>What all processes of a campaign reported, in whatever order.</summary>
internal sealed class History
{
    private int _ready;
    private int _done;
    private int _unknown;
    private long _lastTold;

    public ConcurrentDictionary<string, Interval> Saved { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, Interval> Refused { get; } = new(StringComparer.Ordinal);

    public ConcurrentBag<ListRead> Reads { get; } = [];

    public ConcurrentBag<Telling> Told { get; } = [];

    /// <summary>What processes found wrong themselves.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Processes that came up.</summary>
    public int Ready => Volatile.Read(ref _ready);

    /// <summary>Writers that did all they were to do.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>Sessions whose connection broke, so that only the log can tell.</summary>
    public int Unknown => Volatile.Read(ref _unknown);

    public long LastTold => Volatile.Read(ref _lastTold);

    public void Add(string line)
    {
        var words = line.Split(' ');
        switch (words[0])
        {
            case "saved":
                Saved.TryAdd(words[1], IntervalOf(words));
                break;
            case "refused":
                Refused.TryAdd(words[1], IntervalOf(words));
                break;
            case "unknown":
                Interlocked.Increment(ref _unknown);
                break;
            case "read":
                Reads.Add(new ListRead(words[1], IntervalOf(words), (int)Number(words[4]), ListHash.Parse(words[5]), null));
                break;
            case "fetched":
                Reads.Add(new ListRead(words[1], IntervalOf(words), (int)Number(words[4]), null, words[5]));
                break;
            case "told":
                var sequences = Array.ConvertAll(words[2].Split(','), Number);
                Told.Add(new Telling(Number(words[1]), sequences));
                Volatile.Write(ref _lastTold, sequences[^1]);
                break;
            case "ready":
                Interlocked.Increment(ref _ready);
                break;
            case "done":
                Interlocked.Increment(ref _done);
                break;
            default:
                Complaints.Enqueue(line);
                break;
        }
    }

    private static Interval IntervalOf(string[] words) => new(Number(words[2]), Number(words[3]));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
