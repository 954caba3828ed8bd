using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Npgsql;

namespace AlgoStack.EventStore.Inspection;

/// <summary>Where everything that follows the log is, whichever process runs it.</summary>
internal static class ProjectionQuery
{
    public static async Task<StoreView> ReadAsync(EventLog log, EventDaemon daemon, CancellationToken cancellationToken)
    {
        await using var connection = await log.Source.OpenConnectionAsync(cancellationToken);
        await using var newestCommand = new NpgsqlCommand("select coalesce(max(seq_id), 0) from mt_events", connection);
        var newest = (long)(await newestCommand.ExecuteScalarAsync(cancellationToken))!;
        await using var command = new NpgsqlCommand(Sql, connection);
        var followers = daemon.Followers;
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. followers.Select(f => f.Name)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. followers.Select(f => f.ShardName)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. followers.Select(f => log.Database.LockKey(f.ShardName))] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var views = new List<ProjectionView>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var follower = followers.First(f => f.Name == reader.GetString(0));
            views.Add(log.Inline.Contains(follower)
                ? new ProjectionView(follower.Name, "inline", "inline", null, 0, 0, null, null, null, Rebuild(reader), null)
                : Async(reader, follower, newest, log.Clock.GetUtcNow(), daemon.ShardOf(follower)));
        }

        return new StoreView(log.Database.Schema, daemon.Mark.Value, newest, daemon.Mark.Holder, views);
    }

    private const string Sql =
        """
        select given.name, coalesce(p.last_seq_id, 0), p.last_updated, following.timestamp,
            s.state, s.why, s.stopped_by, s.since, s.seq_id, poison.stream_id::text, poison.version, poison.type,
            r.last_seq_id, r.requested_by, r.requested_at, r.error,
            owner.pid, owner.application_name
        from unnest($1, $2, $3) with ordinality as given (name, shard, lock_key, place)
        left join mt_event_progression p on p.name = given.shard
        left join stopped_shards s on s.name = given.shard
        left join mt_events poison on poison.seq_id = s.seq_id
        left join projection_rebuilds r on r.name = given.name
        left join lateral (
            select e.timestamp from mt_events e where e.seq_id > coalesce(p.last_seq_id, 0) order by e.seq_id limit 1
        ) following on true
        left join lateral (
            select a.pid, a.application_name
            from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.granted and a.datname = current_database()
              and (l.classid::bigint << 32 | l.objid::bigint) = given.lock_key
            limit 1
        ) owner on true
        order by given.place
        """;

    private static ProjectionView Async(NpgsqlDataReader reader, LogFollower follower, long newest, DateTimeOffset now, Shard shard)
    {
        var position = reader.GetInt64(1);
        var owner = reader.IsDBNull(16) ? null : new OwnerView(reader.GetInt32(16), reader.GetString(17), shard.IsOwner);
        var stopped = Stopped(reader);
        var state = stopped is not null ? reader.GetString(4)
            : owner is null ? "unowned"
            : !owner.Here ? "elsewhere"
            : shard.Trouble is null ? "running" : "waiting";
        return new ProjectionView(
            follower.Name,
            follower is Projection ? "async" : "subscription",
            state,
            position,
            Math.Max(0, newest - position),
            reader.IsDBNull(3) ? 0 : Math.Max(0, (now - reader.GetFieldValue<DateTimeOffset>(3)).TotalSeconds),
            reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2),
            owner,
            stopped,
            Rebuild(reader),
            stopped is null ? shard.Trouble : null);
    }

    private static StoppedView? Stopped(NpgsqlDataReader reader) => reader.IsDBNull(4) ? null : new StoppedView(
        reader.GetString(5),
        reader.GetString(6),
        reader.GetFieldValue<DateTimeOffset>(7),
        reader.IsDBNull(8) ? null : reader.GetInt64(8),
        reader.IsDBNull(9) ? null : reader.GetString(9),
        reader.IsDBNull(10) ? null : reader.GetInt64(10),
        reader.IsDBNull(11) ? null : reader.GetString(11));

    private static RebuildView? Rebuild(NpgsqlDataReader reader) => reader.IsDBNull(12) ? null : new RebuildView(
        reader.GetInt64(12), reader.GetString(13), reader.GetFieldValue<DateTimeOffset>(14), reader.IsDBNull(15) ? null : reader.GetString(15));
}
