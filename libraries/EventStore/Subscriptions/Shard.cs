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
/// who has lost the lock cannot write. A server that goes away is waited for; a poison event stops the shard until it is
/// resumed.
/// </summary>
internal sealed partial class Shard(
    EventLog log, HighWaterMark mark, RecentPages pages, ShardControl control, LogFollower follower, ILogger logger)
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
    private long _position = -1;
    private long _reached;
    private volatile string? _trouble;
    private volatile bool _isOwner;

    /// <summary>As in <c>mt_event_progression</c>.</summary>
    public string Name => follower.ShardName;

    public LogFollower Follower => follower;

    /// <summary>Why it does not get on; null while it does, while another process does, and while it is paused.</summary>
    public string? Trouble => control.Stopped(Name) is { } stopped ? stopped.IsPoisoned ? stopped.Why : null : _trouble;

    public bool IsOwner => _isOwner;

    /// <summary>The last sequence handled, as far as this process knows; -1 before it has owned the shard.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Sequence numbers between what was handled and the mark; 0 where another process owns the shard.</summary>
    public long Lag => _isOwner ? Math.Max(0, mark.Value - Position) : 0;

    /// <summary>How long ago the newest handled event was appended, or it was last at the mark; zero without a lag.</summary>
    public TimeSpan Delay => Lag == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(log.Clock.GetUtcNow().UtcTicks - Volatile.Read(ref _reached));

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
        await PlanAnewAsync(owner, stopping);
        while (!await TryOwnAsync(owner, stopping))
        {
            _trouble = null;
            await Task.Delay(OwnerInterval, log.Clock, stopping);
        }

        var position = await LoadPositionAsync(owner, stopping);
        Volatile.Write(ref _reached, log.Clock.GetUtcNow().UtcTicks);
        _isOwner = true;
        LogOwned(Name, position);
        await control.Known.WaitAsync(stopping);
        await TryPoisonAgainAsync(stopping);
        await using var pager = new LogPager(log, pages, follower);
        while (true)
        {
            Volatile.Write(ref _position, position);
            if (control.Stopped(Name) is null)
            {
                position = await FollowAsync(owner, pager, position, stopping);
                continue;
            }

            await control.WaitAsync(LookInterval, stopping);
            position = await LoadPositionAsync(owner, stopping);
        }
    }

    /// <summary>A page, if there is one within the interval, or a look at where the shard is.</summary>
    private async Task<long> FollowAsync(NpgsqlConnection owner, LogPager pager, long position, CancellationToken stopping)
    {
        var through = await mark.WaitBeyondAsync(position, LookInterval, stopping);
        if (control.Stopped(Name) is not null) return position;

        try
        {
            if (through <= position)
            {
                Volatile.Write(ref _reached, log.Clock.GetUtcNow().UtcTicks);
                position = await LoadPositionAsync(owner, stopping);
            }
            else
            {
                position = await pager.TakeAsync(owner, position, through, page => HandleAsync(owner, page, stopping), stopping);
            }

            _retry.Reset();
            if (_trouble is not null) _trouble = null;
        }
        catch (PoisonEventException e)
        {
            await control.StopAsync(Name, e, pager.TypeNames, stopping);
            LogStopped(e, Name, e.Position);
        }

        return position;
    }

    /// <summary>Whoever takes the shard over may have other code, so that what was poison need not be it any more.</summary>
    private async Task TryPoisonAgainAsync(CancellationToken stopping)
    {
        if (control.Stopped(Name) is { IsPoisoned: true }) await control.ResumeAsync(Name, stopping);
    }

    private async Task<long> HandleAsync(NpgsqlConnection owner, LogPage page, CancellationToken stopping)
    {
        var moved = await TryHandleAsync(owner, page.Events, page.After, page.Through, stopping);
        if (moved && page.Events.Count > 0) Volatile.Write(ref _reached, page.Events[^1].Timestamp.UtcTicks);
        return moved ? page.Through : await LoadPositionAsync(owner, stopping);
    }

    /// <summary>False when the progress was moved by somebody else: a rebuild set it back.</summary>
    private async Task<bool> TryHandleAsync(
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

    /// <summary>
    /// A page is joined with a table that grows: a plan kept from when that was small would read all of it for every page, until
    /// the server next looks at how large it is.
    /// </summary>
    private static async Task PlanAnewAsync(NpgsqlConnection owner, CancellationToken stopping)
    {
        await using var command = new NpgsqlCommand("set plan_cache_mode = force_custom_plan", owner);
        await command.ExecuteNonQueryAsync(stopping);
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

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Shard} stopped after sequence {Position}: the next event is poison. It goes on from there when it is resumed.")]
    private partial void LogStopped(Exception exception, string shard, long position);
}
