using AlgoStack.EventStore.Streams;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>What a shard does with a page; it commits its progress itself, with its writes where it has any.</summary>
internal delegate Task HandlePage(IReadOnlyList<StoredEvent> events, long through, CancellationToken cancellationToken);

/// <summary>
/// One projection's or subscription's way through the log: owned by one process at a time through an advisory lock, page
/// by page up to the high-water mark. A database that goes away is waited for; an event that cannot be handled stops the
/// shard for good, since going on would leave a hole.
/// </summary>
internal sealed partial class Shard(EventLog log, HighWaterMark mark, string name, HandlePage handle, ILogger logger)
{
    public const int PageSize = 5_000;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan OwnerInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private readonly System.Threading.Channels.ChannelReader<bool> _wakes = log.Wakes();
    private long _position;

    /// <summary>As in <c>mt_event_progression</c>.</summary>
    public string Name { get; } = $"{name}:All";

    /// <summary>Why the shard stopped, or null while it runs.</summary>
    public Exception? Poison { get; private set; }

    /// <summary>The last sequence handled, as far as this process knows.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Events between what was handled and the mark.</summary>
    public long Lag => Math.Max(0, mark.Value - Position);

    public async Task RunAsync(CancellationToken stopping)
    {
        var delay = FirstRetry;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await OwnAndFollowAsync(() => delay = FirstRetry, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (IsPassing(e))
            {
                LogWaiting(Name, e.Message);
                if (!await DelayAsync(delay, stopping)) return;
                delay = delay * 2 < LongestRetry ? delay * 2 : LongestRetry;
            }
#pragma warning disable CA1031 // Whatever it is, the shard must stop and say so, and the others must go on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Poison = e;
                LogStopped(e, Name, Position);
                return;
            }
        }
    }

    private async Task OwnAndFollowAsync(Action onProgress, CancellationToken stopping)
    {
        await using var owner = await log.Source.OpenConnectionAsync(stopping);
        while (!await TryOwnAsync(owner, stopping)) await Task.Delay(OwnerInterval, log.Clock, stopping);

        try
        {
            await FollowAsync(owner, onProgress, stopping);
        }
        finally
        {
            // The connection goes back to a pool that does not reset it.
            await ReleaseAsync(owner);
        }
    }

    private async Task FollowAsync(NpgsqlConnection owner, Action onProgress, CancellationToken stopping)
    {
        Volatile.Write(ref _position, await LoadPositionAsync(owner, stopping));
        while (true)
        {
            var through = await mark.ReadAsync(stopping);
            if (through <= Position)
            {
                await WaitAsync(stopping);
                continue;
            }

            await using var command = new NpgsqlCommand(
                $"""
                select {EventReader.Columns} from mt_events
                where seq_id > $1 and seq_id <= $2
                order by seq_id
                limit {PageSize}
                """,
                owner);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Position });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = through });
            var events = await EventReader.ReadAsync(command, log.Types, stopping);

            var last = events.Count == PageSize ? events[^1].Sequence : through;
            await handle(events, last, stopping);
            Volatile.Write(ref _position, last);
            onProgress();
        }
    }

    private async Task<bool> TryOwnAsync(NpgsqlConnection owner, CancellationToken stopping)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", owner);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.Database.LockKey(Name) });
        return await command.ExecuteScalarAsync(stopping) is true;
    }

    private async Task ReleaseAsync(NpgsqlConnection owner)
    {
        try
        {
            await using var command = new NpgsqlCommand("select pg_advisory_unlock($1)", owner);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.Database.LockKey(Name) });
            await command.ExecuteScalarAsync(CancellationToken.None);
        }
        catch (Exception e) when (IsPassing(e))
        {
            // The session is gone, and the lock with it.
            LogWaiting(Name, e.Message);
        }
    }

    private async Task<long> LoadPositionAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        await using var command = new NpgsqlCommand("select last_seq_id from mt_event_progression where name = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Name });
        return await command.ExecuteScalarAsync(stopping) is long position ? position : 0;
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        bounded.CancelAfter(PollInterval);
        try
        {
            await _wakes.ReadAsync(bounded.Token);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Nobody woke us: polling is the truth.
        }
    }

    private async Task<bool> DelayAsync(TimeSpan delay, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(delay, log.Clock, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Of the connection or the server's state, not of the event: the same work may go through later.</summary>
    private static bool IsPassing(Exception e) => e switch
    {
        PostgresException p => p.SqlState.StartsWith("08", StringComparison.Ordinal)
            || p.SqlState.StartsWith("53", StringComparison.Ordinal)
            || p.SqlState.StartsWith("57", StringComparison.Ordinal)
            || p.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected,
        NpgsqlException => true,
        InvalidOperationException { Source: "Npgsql" } => true,
        IOException or TimeoutException or HttpRequestException => true,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Shard} waits: {Reason}")]
    private partial void LogWaiting(string shard, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "{Shard} stopped after sequence {Position}: the next page cannot be handled.")]
    private partial void LogStopped(Exception exception, string shard, long position);
}
