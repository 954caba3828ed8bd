using System.Data;
using System.Diagnostics;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Microsoft.Extensions.Logging;
using Npgsql;
using EventLog = AlgoStack.EventStore.Streams.EventLog;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>
/// One projection's or subscription's way through the log, page by page up to the high-water mark. One process owns it at
/// a time: the connection that holds its advisory lock is the one its pages are read and its progress is written on, so
/// who has lost the lock cannot write. A server that goes away is waited for; a poison event stops the shard.
/// </summary>
internal sealed partial class Shard(EventLog log, HighWaterMark mark, RecentPages pages, LogFollower follower, ILogger logger)
{
    /// <summary>The most events a follower is given at once.</summary>
    public const int PageSize = 5_000;

    private const int MostLinks = 16;

    /// <summary>How often another owner's lock is tried, which bounds failover.</summary>
    private static readonly TimeSpan OwnerInterval = TimeSpan.FromSeconds(1);

    /// <summary>How often an idle owner looks whether its progress was set back, which also finds a dead connection.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(10);
    private static readonly ActivitySource Activities = new(EventDaemon.MeterName);

    private readonly BackOff _retry = new(FirstRetry, LongestRetry, log.Clock);
    private readonly string _ofTypes = OfTypes(follower, log.Types);
    private long _position = -1;
    private volatile string? _trouble;
    private volatile bool _isOwner;
    private int _limit = PageSize;

    /// <summary>As in <c>mt_event_progression</c>.</summary>
    public string Name => follower.ShardName;

    public LogFollower Follower => follower;

    /// <summary>Why it does not get on, or null while it does, or while another process does.</summary>
    public string? Trouble => _trouble;

    public bool IsOwner => _isOwner;

    /// <summary>The last sequence handled, as far as this process knows; -1 before it has owned the shard.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Sequence numbers between what was handled and the mark; 0 where another process owns the shard.</summary>
    public long Lag => _isOwner ? Math.Max(0, mark.Value - Position) : 0;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await OwnAndFollowAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (PoisonEventException e)
            {
                _trouble = e.Message;
                LogStopped(e, Name, e.Position);
                return;
            }
#pragma warning disable CA1031 // Whatever it is, it may pass: the server, the broker, the network.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _trouble = $"{Name} waits after sequence {Position}: {e.Message}";
                LogWaiting(e, Name, Position);
            }
            finally
            {
                _isOwner = false;
            }

            try
            {
                await _retry.DelayAsync(stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task OwnAndFollowAsync(CancellationToken stopping)
    {
        await using var owner = log.Database.CreateConnection();
        await owner.OpenAsync(stopping);
        while (!await TryOwnAsync(owner, stopping))
        {
            _trouble = null;
            await Task.Delay(OwnerInterval, log.Clock, stopping);
        }

        var position = await LoadPositionAsync(owner, stopping);
        _isOwner = true;
        LogOwned(Name, position);
        while (true)
        {
            Volatile.Write(ref _position, position);
            var through = await mark.WaitBeyondAsync(position, LookInterval, stopping);
            position = through > position
                ? await PageAsync(owner, position, through, stopping)
                : await LoadPositionAsync(owner, stopping);
            _retry.Reset();
            if (_trouble is not null) _trouble = null;
        }
    }

    /// <summary>
    /// Takes one page and returns the position after it. A page that fails for its events is cut in halves until one
    /// event is left: what comes before the poison is handled, and the poison is named.
    /// </summary>
    private async Task<long> PageAsync(NpgsqlConnection owner, long position, long through, CancellationToken stopping)
    {
        IReadOnlyList<StoredEvent> events = [];
        try
        {
            // A follower of everything that is not looking for poison reads what the others read.
            var page = _ofTypes.Length == 0 && _limit == PageSize
                ? await pages.ReadAsync(position, () => ReadAsync(owner, position, through, stopping), stopping)
                : await ReadAsync(owner, position, through, stopping);
            events = page.Events;
            var moved = await HandleAsync(owner, events, position, page.Through, stopping);
            _limit = Math.Min(PageSize, _limit * 2);
            return moved ? page.Through : await LoadPositionAsync(owner, stopping);
        }
        catch (Exception e) when (IsOfEvents(e, owner))
        {
            var size = events.Count == 0 ? _limit : events.Count;
            if (size == 1)
            {
                var what = events.Count == 0 ? e.Message : $"event '{events[0].TypeName}' of {events[0].StreamId} version {events[0].Version} (sequence {events[0].Sequence}): {e.Message}";
                throw new PoisonEventException(Name, position, what, e);
            }

            _limit = size / 2;
            return position;
        }
    }

    /// <summary>Whether the events are at fault, and not the server, the connection or the world outside.</summary>
    private bool IsOfEvents(Exception e, NpgsqlConnection owner) => e switch
    {
        UnknownEventTypeException or UnreadableEventException => true,
        _ when follower is Subscription => false,
        _ when owner.FullState != ConnectionState.Open => false,
        OperationCanceledException or IOException or TimeoutException => false,
        PostgresException p => !p.IsTransient && p.SqlState is not (PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected),
        NpgsqlException => false,
        _ => true,
    };

    private async Task<LogPage> ReadAsync(NpgsqlConnection owner, long position, long through, CancellationToken stopping)
    {
        var clauses = $"where seq_id > {position} and seq_id <= {through} {_ofTypes} order by seq_id limit {_limit}";
        var events = new List<StoredEvent>();
        await foreach (var e in EventReader.CopyAsync(owner, clauses, log.Types, stopping)) events.Add(e);
        return new LogPage(position, events.Count == _limit ? events[^1].Sequence : through, events);
    }

    private static string OfTypes(LogFollower follower, EventTypes types) => follower.Events.Count == 0
        ? ""
        : $"and type in ({string.Join(", ", follower.Events.SelectMany(types.NamesOf).Select(name => $"'{name.Replace("'", "''", StringComparison.Ordinal)}'"))})";

    /// <summary>False when the progress was moved by somebody else: a rebuild set it back.</summary>
    private async Task<bool> HandleAsync(
        NpgsqlConnection owner, IReadOnlyList<StoredEvent> events, long position, long last, CancellationToken stopping)
    {
        using var activity = StartActivity(events);
        if (follower is not Projection projection || events.Count == 0)
        {
            if (events.Count > 0) await ((Subscription)follower).HandleAsync(events, stopping);
            return await TryMoveAsync(owner, position, last, stopping);
        }

        await using var transaction = await owner.BeginTransactionAsync(stopping);
        // Before the writes, so that a rebuild, which locks the row first too, comes before or after them.
        if (!await TryMoveAsync(owner, position, last, stopping)) return false;

        await projection.ApplyAsync(events, owner, transaction, stopping);
        await transaction.CommitAsync(stopping);
        return true;
    }

    private async Task<bool> TryMoveAsync(NpgsqlConnection owner, long position, long last, CancellationToken stopping)
    {
        await using var command = new NpgsqlCommand(
            """
            update mt_event_progression set last_seq_id = $3, last_updated = transaction_timestamp()
            where name = $1 and last_seq_id = $2
            """,
            owner);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = last });
        return await command.ExecuteNonQueryAsync(stopping) == 1;
    }

    private async Task<bool> TryOwnAsync(NpgsqlConnection owner, CancellationToken stopping)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", owner);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.Database.LockKey(Name) });
        return await command.ExecuteScalarAsync(stopping) is true;
    }

    private async Task<long> LoadPositionAsync(NpgsqlConnection owner, CancellationToken stopping)
    {
        await using var batch = new NpgsqlBatch(owner)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("insert into mt_event_progression (name, last_seq_id) values ($1, 0) on conflict do nothing")
                {
                    Parameters = { new NpgsqlParameter<string> { TypedValue = Name } },
                },
                new NpgsqlBatchCommand("select last_seq_id from mt_event_progression where name = $1")
                {
                    Parameters = { new NpgsqlParameter<string> { TypedValue = Name } },
                },
            },
        };
        return (long)(await batch.ExecuteScalarAsync(stopping))!;
    }

    /// <summary>Continues the trace of the first event, with links to the others', so that it runs from cause to effect.</summary>
    private Activity? StartActivity(IReadOnlyList<StoredEvent> events)
    {
        if (events.Count == 0 || !Activities.HasListeners()) return null;

        var links = events.Select(e => e.TraceParent).Distinct(StringComparer.Ordinal).Skip(1).Take(MostLinks)
            .Select(t => ActivityContext.TryParse(t, null, isRemote: true, out var context) ? new ActivityLink(context) : default)
            .Where(l => l.Context != default);
        return Activities.StartActivity(Name, ActivityKind.Consumer, events[0].TraceParent, links: links);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Shard} goes on after sequence {Position}.")]
    private partial void LogOwned(string shard, long position);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Shard} waits after sequence {Position}.")]
    private partial void LogWaiting(Exception exception, string shard, long position);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Shard} stopped after sequence {Position}: the next event is poison. It goes on from there after a restart.")]
    private partial void LogStopped(Exception exception, string shard, long position);
}
