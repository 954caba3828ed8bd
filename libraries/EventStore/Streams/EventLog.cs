using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>A store of events in one schema: opens sessions, and wakes who follows it when one commits.</summary>
public sealed class EventLog
{
    private readonly Channel<bool> _commits = NewSignal();
    private readonly Channel<bool> _wakes = NewSignal();

    internal EventLog(
        NpgsqlDataSource source,
        ServiceDatabase database,
        EventTypes types,
        StreamIdentity streamIdentity,
        AggregateFolds folds,
        IReadOnlyList<Projection> inline,
        TimeSpan mostCoalescingDelay,
        TimeProvider clock)
    {
        Source = source;
        Types = types;
        StreamIdentity = streamIdentity;
        Folds = folds;
        Inline = inline;
        if (inline.FirstOrDefault(p => !p.CanBeInline) is { } shared)
        {
            throw new ArgumentException(
                $"Projection {shared.Name} cannot be inline: commits of different streams, side by side, would overwrite each other's rows.", nameof(inline));
        }

        Clock = clock;
        AppendLock = database.LockKey("append");
        ChainLock = database.LockKey("chain");
        Channel = $"{database.Schema}_events";
        Database = database;
        Saves = new SessionSaves(this, mostCoalescingDelay);
    }

    public EventTypes Types { get; }

    public StreamIdentity StreamIdentity { get; }

    public NpgsqlDataSource Source { get; }

    internal ServiceDatabase Database { get; }

    internal AggregateFolds Folds { get; }

    internal IReadOnlyList<Projection> Inline { get; }

    internal SessionSaves Saves { get; }

    internal TimeProvider Clock { get; }

    /// <summary>Held shared by every append and exclusively, for a moment, by whoever reads the high-water mark.</summary>
    internal long AppendLock { get; }

    /// <summary>Held by whoever seals a page of the log.</summary>
    internal long ChainLock { get; }

    /// <summary>The name that other processes' commits are told under.</summary>
    internal string Channel { get; }

    public EventSession OpenSession() => new(this);

    /// <summary>
    /// All events that are committed, in the order of the log, as they stream in: for work over the whole log at once. What
    /// an append in flight has drawn a lower number for is not among them; who follows the log is a <see cref="Subscription"/>.
    /// </summary>
    /// <exception cref="UnknownEventTypeException">An event's name is not registered.</exception>
    /// <exception cref="UnreadableEventException">An event's JSON is not of its type.</exception>
    public async IAsyncEnumerable<StoredEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var connection = await OpenConnectionAsync(cancellationToken);
        await foreach (var e in EventReader.CopyAsync(connection, "order by seq_id", Types, cancellationToken)) yield return e;
    }

    /// <exception cref="TooManyConnectionsException">The server takes no more connections.</exception>
    internal ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) =>
        Database.OpenConnectionAsync(Source, cancellationToken);

    /// <summary>Gets a token after commits of this process; tokens do not pile up.</summary>
    internal ChannelReader<bool> Commits => _commits.Reader;

    /// <summary>Gets a token after commits of any process; tokens do not pile up.</summary>
    internal ChannelReader<bool> Wakes => _wakes.Reader;

    internal void OnCommit()
    {
        _commits.Writer.TryWrite(true);
        Wake();
    }

    internal void Wake() => _wakes.Writer.TryWrite(true);

    private static Channel<bool> NewSignal() => System.Threading.Channels.Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
}
