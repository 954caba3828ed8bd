using System.Data;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Projections;

/// <summary>
/// Builds projections anew while the old tables serve and keep up: the same code fills a second set of tables from the
/// first event on, and when it is where the old one is, one short transaction puts the new tables in their place. A
/// request is a row, which any process of the store takes up; one that breaks off begins again from nothing, by itself.
/// </summary>
internal sealed partial class ProjectionRebuild(
    EventLog log, IReadOnlyList<Projection> projections, HighWaterMark mark, RecentPages pages, ShardControl control, ILogger logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DonePoll = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    /// <summary>Nothing happens where it is under way already.</summary>
    public async Task RequestAsync(Projection projection, string by, CancellationToken cancellationToken)
    {
        await using var command = log.Source.CreateCommand(
            """
            insert into projection_rebuilds as r (name, requested_by) values ($1, $2)
            on conflict (name) do update
                set error = null, last_seq_id = 0, requested_by = excluded.requested_by, requested_at = excluded.requested_at
                where r.error is not null
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = by });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await control.LookAsync(cancellationToken);
    }

    /// <exception cref="ProjectionRebuildException">It was given up.</exception>
    public async Task WaitAsync(Projection projection, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var command = log.Source.CreateCommand("select error from projection_rebuilds where name = $1");
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.Name });
            switch (await command.ExecuteScalarAsync(cancellationToken))
            {
                case null: return;
                case string error: throw new ProjectionRebuildException(error);
                default: await Task.Delay(DonePoll, log.Clock, cancellationToken); break;
            }
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            foreach (var name in control.Rebuilds)
            {
                if (projections.FirstOrDefault(p => p.Name == name) is { } projection) await TryRebuildAsync(projection, stopping);
            }

            await control.WaitAsync(LookInterval, stopping);
        }
    }

    private async Task TryRebuildAsync(Projection projection, CancellationToken stopping)
    {
        await using var connection = log.Database.CreateConnection();
        try
        {
            await connection.OpenAsync(stopping);
            if (!await TryTakeAsync(connection, projection, stopping)) return;

            LogStarted(projection.Name);
            await RebuildAsync(connection, projection, stopping);
            LogDone(projection.Name);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e) when (e is not NpgsqlException { IsTransient: true } && connection.FullState == ConnectionState.Open)
        {
            LogGivenUp(e, projection.Name);
            await GiveUpAsync(connection, projection, e.Message, stopping);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
        {
            LogInterrupted(e, projection.Name);
        }
    }

    /// <summary>False when another process is at it, or has been meanwhile.</summary>
    private async Task<bool> TryTakeAsync(NpgsqlConnection connection, Projection projection, CancellationToken stopping)
    {
        await using var own = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection);
        own.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.Database.LockKey($"rebuild/{projection.Name}") });
        if (await own.ExecuteScalarAsync(stopping) is not true) return false;

        await using var start = new NpgsqlCommand("update projection_rebuilds set last_seq_id = 0 where name = $1 and error is null", connection);
        start.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.Name });
        return await start.ExecuteNonQueryAsync(stopping) == 1;
    }

    private async Task RebuildAsync(NpgsqlConnection connection, Projection projection, CancellationToken stopping)
    {
        var shadow = new ShadowTables(log.Database, projection.Tables);
        await shadow.MakeAsync(connection, stopping);
        await using var pager = new LogPager(log, pages, projection);
        var retry = new BackOff(FirstRetry, LongestRetry, log.Clock);
        var position = 0L;
        while (true)
        {
            await mark.ReadAsync(stopping);
            for (var through = mark.Value; position < through;)
                position = await pager.TakeAsync(connection, position, through, page => ApplyAsync(connection, projection, page, stopping), stopping);

            if (await TrySwitchAsync(connection, projection, shadow, pager, position, stopping)) return;
            await retry.DelayAsync(stopping);
        }
    }

    private static async Task<long> ApplyAsync(NpgsqlConnection connection, Projection projection, LogPage page, CancellationToken stopping)
    {
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        if (page.Events.Count > 0) await projection.ApplyAsync(page.Events, connection, transaction, stopping);
        await using var note = new NpgsqlCommand("update projection_rebuilds set last_seq_id = $2 where name = $1", connection);
        note.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.Name });
        note.Parameters.Add(new NpgsqlParameter<long> { TypedValue = page.Through });
        await note.ExecuteNonQueryAsync(stopping);
        await transaction.CommitAsync(stopping);
        return page.Through;
    }

    /// <summary>
    /// Holds the old one where it is, applies the few events that are missing, and puts the new tables in its place. False
    /// when more than a page is missing, or somebody reads the tables so long that others would have to wait.
    /// </summary>
    private async Task<bool> TrySwitchAsync(
        NpgsqlConnection connection, Projection projection, ShadowTables shadow, LogPager pager, long position, CancellationToken stopping)
    {
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        try
        {
            await using var careful = new NpgsqlCommand("set local lock_timeout to '100ms'; set local synchronous_commit to on", connection);
            await careful.ExecuteNonQueryAsync(stopping);
            var isInline = log.Inline.Contains(projection);
            var lived = isInline ? await HoldAppendsAsync(connection, stopping) : await HoldProgressAsync(connection, projection, stopping);
            if (lived > position)
            {
                var missing = await pager.ReadAsync(connection, position, lived, stopping);
                if (missing.Through < lived) return false;
                if (missing.Events.Count > 0) await projection.ApplyAsync(missing.Events, connection, transaction, stopping);
            }

            await shadow.SwitchAsync(connection, stopping);
            await FinishAsync(connection, projection, isInline ? null : Math.Max(lived, position), stopping);
            await transaction.CommitAsync(stopping);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            LogHeldUp(projection.Name, e.MessageText);
            return false;
        }
    }

    /// <summary>An append has committed, and is read here, or draws its numbers after the switch and writes to the new tables.</summary>
    private async Task<long> HoldAppendsAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        await using var hold = new NpgsqlCommand("select pg_advisory_xact_lock($1)::text", connection);
        hold.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.AppendLock });
        await hold.ExecuteScalarAsync(stopping);
        await using var newest = new NpgsqlCommand("select coalesce(max(seq_id), 0) from mt_events", connection);
        return (long)(await newest.ExecuteScalarAsync(stopping))!;
    }

    /// <summary>The shard moves its progress before it writes: its page is wholly before this or after.</summary>
    private static async Task<long> HoldProgressAsync(NpgsqlConnection connection, Projection projection, CancellationToken stopping)
    {
        await using var hold = new NpgsqlCommand("select last_seq_id from mt_event_progression where name = $1 for update", connection);
        hold.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.ShardName });
        return await hold.ExecuteScalarAsync(stopping) is long lived ? lived : 0;
    }

    /// <param name="position">Where the shard goes on from; null for an inline projection, which has none.</param>
    private static async Task FinishAsync(NpgsqlConnection connection, Projection projection, long? position, CancellationToken stopping)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from projection_rebuilds where name = $1")
        {
            Parameters = { new NpgsqlParameter<string> { TypedValue = projection.Name } },
        });
        if (position is not null)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(
                """
                insert into mt_event_progression (name, last_seq_id) values ($1, $2)
                on conflict (name) do update set last_seq_id = excluded.last_seq_id, last_updated = transaction_timestamp()
                """)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = projection.ShardName },
                    new NpgsqlParameter<long> { TypedValue = position.Value },
                },
            });
            // Built through, there is no poison before it any more.
            batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from stopped_shards where name = $1 and state = 'poisoned' and seq_id <= $2")
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = projection.ShardName },
                    new NpgsqlParameter<long> { TypedValue = position.Value },
                },
            });
        }

        await batch.ExecuteNonQueryAsync(stopping);
    }

    private async Task GiveUpAsync(NpgsqlConnection connection, Projection projection, string reason, CancellationToken stopping)
    {
        await new ShadowTables(log.Database, projection.Tables).DropAsync(connection, stopping);
        await using var command = new NpgsqlCommand("update projection_rebuilds set error = $2 where name = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = projection.Name });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = reason });
        await command.ExecuteNonQueryAsync(stopping);
        await control.LookAsync(stopping);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Projection} is being rebuilt.")]
    private partial void LogStarted(string projection);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Projection} is rebuilt.")]
    private partial void LogDone(string projection);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Projection} is rebuilt but for its place, which it takes a little later: {Reason}")]
    private partial void LogHeldUp(string projection, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The rebuild of {Projection} begins again.")]
    private partial void LogInterrupted(Exception exception, string projection);

    [LoggerMessage(Level = LogLevel.Error, Message = "The rebuild of {Projection} is given up; the old one serves on.")]
    private partial void LogGivenUp(Exception exception, string projection);
}

/// <summary>A rebuild was given up, and the projection serves as it was; the message says why.</summary>
public sealed class ProjectionRebuildException(string message) : Exception(message);
