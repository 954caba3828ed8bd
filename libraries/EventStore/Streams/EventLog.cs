using System.Threading.Channels;
using AlgoStack.EventStore.Projections;
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
        AggregateFolds folds,
        IReadOnlyList<Projection> inline,
        TimeProvider clock)
    {
        Source = source;
        Types = types;
        Folds = folds;
        Inline = inline;
        if (inline.FirstOrDefault(p => !p.CanBeInline) is { } shared)
        {
            throw new ArgumentException(
                $"Projection {shared.Name} cannot be inline: commits of different streams, side by side, would overwrite each other's rows.", nameof(inline));
        }

        Clock = clock;
        AppendLock = database.LockKey("append");
        Channel = $"{database.Schema}_events";
        Database = database;
    }

    public EventTypes Types { get; }

    public NpgsqlDataSource Source { get; }

    internal ServiceDatabase Database { get; }

    internal AggregateFolds Folds { get; }

    internal IReadOnlyList<Projection> Inline { get; }

    internal TimeProvider Clock { get; }

    /// <summary>Held shared by every append and exclusively, for a moment, by whoever reads the high-water mark.</summary>
    internal long AppendLock { get; }

    /// <summary>The name that other processes' commits are told under.</summary>
    internal string Channel { get; }

    public EventSession OpenSession() => new(this);

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
