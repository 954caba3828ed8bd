using System.Data;
using System.Globalization;
using System.Runtime.CompilerServices;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres.Archives;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.EventStore.Retention;

/// <summary>
/// Takes events of archived streams out of the log when their time is over: exports them, reads the file back, takes the
/// archive down in <c>event_archives</c>, and only then deletes them, a few at a time. What a follower has not handled or
/// the hash chain has not sealed stays. Appends are not held up: nothing here touches their lock or their streams. Whatever
/// is broken off is taken up again by the next run.
/// </summary>
public sealed partial class EventArchiver
{
    /// <summary>The most events of one archive.</summary>
    public const int MostEvents = 50_000;

    /// <summary>The most events deleted in one transaction.</summary>
    private const int DeletedAtOnce = 1_000;

    /// <summary>Between two of them, for the others.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>What was restored is wanted for so long.</summary>
    private static readonly TimeSpan RestoredFor = TimeSpan.FromDays(7);

    private readonly EventLog _log;
    private readonly ArchiveFolder _archives;
    private readonly EventRetentionOptions _options;
    private readonly string[] _followers;
    private readonly ILogger _logger;

    internal EventArchiver(
        EventLog log, ArchiveFolder archives, EventRetentionOptions options, IEnumerable<string> followers, ILogger<EventArchiver> logger)
    {
        _log = log;
        _archives = archives;
        _options = options;
        _followers = [.. followers];
        _logger = logger;
    }

    /// <summary>Finishes what was broken off, then exports and deletes all that is due.</summary>
    /// <returns>The archives whose events were deleted; none where another process is at it.</returns>
    /// <exception cref="ArchiveException">A file is not what was written; its events stay in the log.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken = default)
    {
        var deleted = new List<string>();
        await using var turn = await TryTakeTurnAsync(cancellationToken);
        if (turn is null) return deleted;

        var owner = turn.Connection;
        var through = await HandledAsync(owner, cancellationToken);
        do
        {
            foreach (var (name, seqs) in await UndeletedAsync(owner, cancellationToken))
            {
                await DeleteAsync(owner, name, seqs, cancellationToken);
                deleted.Add(name);
            }
        }
        while (await ExportAsync(owner, through, cancellationToken));

        return deleted;
    }

    /// <summary>Puts an archive's events back into the log, where they were; those that are there stay as they are.</summary>
    /// <exception cref="ArchiveException">There is none of that name, or its file is damaged; nothing was put back.</exception>
    public async Task RestoreAsync(string name, CancellationToken cancellationToken = default)
    {
        await using var turn = await TryTakeTurnAsync(cancellationToken)
            ?? throw new ArchiveException(name, "another process is archiving; try again later");
        var owner = turn.Connection;
        await using var transaction = await owner.BeginTransactionAsync(cancellationToken);
        var manifest = await ManifestAsync(owner, name, cancellationToken);
        await ExecuteAsync(owner, "create temporary table restored (like mt_events) on commit drop", cancellationToken);
        await _archives.CopyIntoAsync(manifest, owner, "restored", cancellationToken);
        await ExecuteAsync(owner, "insert into mt_events select * from restored on conflict do nothing", cancellationToken);
        await using var note = new NpgsqlCommand("update event_archives set restored_at = $2, deleted_at = null where name = $1", owner);
        note.Parameters.Add(new() { Value = name });
        note.Parameters.Add(new() { Value = _log.Clock.GetUtcNow() });
        await note.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogRestored(name, manifest.Rows);
    }

    /// <summary>All archives, the oldest events first.</summary>
    public async Task<IReadOnlyList<EventArchive>> ListAsync(CancellationToken cancellationToken = default)
    {
        await using var command = _log.Source.CreateCommand(
            """
            select name, first_seq, last_seq, (manifest ->> 'rows')::bigint, (manifest ->> 'bytes')::bigint, manifest ->> 'sha256',
                exported_at, deleted_at, restored_at
            from event_archives
            order by first_seq, name
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var archives = new List<EventArchive>();
        while (await reader.ReadAsync(cancellationToken))
        {
            archives.Add(new EventArchive(
                reader.GetString(0),
                reader.GetInt64(1),
                reader.GetInt64(2),
                reader.GetInt64(3),
                reader.GetInt64(4),
                reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6),
                Time(7),
                Time(8)));
        }

        return archives;

        DateTimeOffset? Time(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);
    }

    /// <summary>
    /// Reads exported events where they lie, archive by archive, each in the order of the log, which is that of every stream.
    /// Costs what unpacking the files between the two sequence numbers costs, for one stream as for all.
    /// </summary>
    /// <exception cref="ArchiveException">A file is missing or damaged.</exception>
    public async IAsyncEnumerable<StoredEvent> ReadAsync(
        string? streamId = null,
        long from = 0,
        long to = long.MaxValue,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var manifest in await ManifestsAsync(from, to, cancellationToken))
        {
            await using var rows = _archives.Open(manifest, from, to);
            while (await rows.ReadAsync(cancellationToken))
            {
                if (streamId is not null && rows.GetString(rows.Ordinal("stream_id")) != streamId) continue;
                yield return EventReader.Read(rows, _log.Types);
            }
        }
    }

    private async Task<Turn?> TryTakeTurnAsync(CancellationToken cancellationToken)
    {
        var connection = _log.Database.CreateConnection();
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = _log.Database.LockKey("retention") });
        if (await command.ExecuteScalarAsync(cancellationToken) is true) return new Turn(connection);

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>
    /// How far everybody has come: the store's followers, whoever else keeps its progress here, and the hash chain.
    /// </summary>
    private async Task<long> HandledAsync(NpgsqlConnection owner, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select least(
                (select min(coalesce(p.last_seq_id, 0)) from unnest($1) as f (name) left join mt_event_progression p on p.name = f.name),
                (select min(last_seq_id) from mt_event_progression where name <> 'HighWaterMark'),
                (select coalesce(max(last_seq), 0) from seals))
            """,
            owner);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = _followers });
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Writes one archive and takes it down; false where nothing is due.</summary>
    private async Task<bool> ExportAsync(NpgsqlConnection owner, long through, CancellationToken cancellationToken)
    {
        var seqs = await DueAsync(owner, through, cancellationToken);
        if (seqs.Length == 0) return false;

        var name = string.Create(CultureInfo.InvariantCulture, $"events_{seqs[0]}_{seqs[^1]}");
        var manifest = await _archives.WriteAsync(
            owner, name, "mt_events", $"mt_events where seq_id = any ('{{{string.Join(',', seqs)}}}')", "seq_id", cancellationToken);
        if (manifest.Rows != seqs.Length) throw new ArchiveException(name, $"expected {seqs.Length} rows, found {manifest.Rows}");

        await using var note = new NpgsqlCommand(
            "insert into event_archives (name, first_seq, last_seq, seqs, manifest, exported_at) values ($1, $2, $3, $4, $5, $6)", owner);
        note.Parameters.Add(new() { Value = name });
        note.Parameters.Add(new() { Value = seqs[0] });
        note.Parameters.Add(new() { Value = seqs[^1] });
        note.Parameters.Add(new() { Value = RangesOf(seqs), NpgsqlDbType = NpgsqlDbType.BigIntMultirange });
        note.Parameters.Add(new() { Value = manifest.ToJson(), NpgsqlDbType = NpgsqlDbType.Jsonb });
        note.Parameters.Add(new() { Value = manifest.WrittenAt });
        await note.ExecuteNonQueryAsync(cancellationToken);
        LogExported(name, manifest.Rows, manifest.Bytes);
        return true;
    }

    private async Task<long[]> DueAsync(NpgsqlConnection owner, long through, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.seq_id
            from mt_events e
            join mt_streams s on s.id = e.stream_id
            where s.is_archived and s.timestamp <= $1 and e.seq_id <= $2
              and not exists (
                  select from event_archives a where e.seq_id between a.first_seq and a.last_seq and a.seqs @> e.seq_id)
            order by e.seq_id
            limit $3
            """,
            owner);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = _log.Clock.GetUtcNow() - _options.KeepArchived });
        command.Parameters.Add(new() { Value = through });
        command.Parameters.Add(new() { Value = MostEvents });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var seqs = new List<long>();
        while (await reader.ReadAsync(cancellationToken)) seqs.Add(reader.GetInt64(0));
        return [.. seqs];
    }

    private async Task<List<(string Name, NpgsqlRange<long>[] Seqs)>> UndeletedAsync(NpgsqlConnection owner, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select name, seqs from event_archives where deleted_at is null and (restored_at is null or restored_at <= $1) order by first_seq", owner);
        command.Parameters.Add(new() { Value = _log.Clock.GetUtcNow() - RestoredFor });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var undeleted = new List<(string, NpgsqlRange<long>[])>();
        while (await reader.ReadAsync(cancellationToken)) undeleted.Add((reader.GetString(0), reader.GetFieldValue<NpgsqlRange<long>[]>(1)));
        return undeleted;
    }

    private async Task DeleteAsync(NpgsqlConnection owner, string name, NpgsqlRange<long>[] ranges, CancellationToken cancellationToken)
    {
        // Once more, since the file may have lain about for long.
        await _archives.VerifyAsync(await ManifestAsync(owner, name, cancellationToken), cancellationToken);
        // From here on who misses one is told that it may be missing.
        await using (var begin = new NpgsqlCommand("update event_archives set restored_at = null where name = $1", owner))
        {
            begin.Parameters.Add(new() { Value = name });
            await begin.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var seqs in SeqsOf(ranges).Chunk(DeletedAtOnce))
        {
            await using var delete = new NpgsqlCommand("delete from mt_events where seq_id = any ($1)", owner);
            delete.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = seqs });
            await delete.ExecuteNonQueryAsync(cancellationToken);
            await Task.Delay(Pause, _log.Clock, cancellationToken);
        }

        await using var note = new NpgsqlCommand("update event_archives set deleted_at = $2 where name = $1", owner);
        note.Parameters.Add(new() { Value = name });
        note.Parameters.Add(new() { Value = _log.Clock.GetUtcNow() });
        await note.ExecuteNonQueryAsync(cancellationToken);
        LogDeleted(name);
    }

    private static async Task<ArchiveManifest> ManifestAsync(NpgsqlConnection owner, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select manifest::text from event_archives where name = $1", owner);
        command.Parameters.Add(new() { Value = name });
        return await command.ExecuteScalarAsync(cancellationToken) is string json
            ? ArchiveManifest.Parse(json, name)
            : throw new ArchiveException(name, "there is none of that name");
    }

    private async Task<List<ArchiveManifest>> ManifestsAsync(long from, long to, CancellationToken cancellationToken)
    {
        await using var command = _log.Source.CreateCommand(
            "select name, manifest::text from event_archives where last_seq >= $1 and first_seq <= $2 order by first_seq, name");
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var manifests = new List<ArchiveManifest>();
        while (await reader.ReadAsync(cancellationToken)) manifests.Add(ArchiveManifest.Parse(reader.GetString(1), reader.GetString(0)));
        return manifests;
    }

    private static NpgsqlRange<long>[] RangesOf(long[] seqs)
    {
        var ranges = new List<NpgsqlRange<long>>();
        for (var start = 0; start < seqs.Length;)
        {
            var end = start + 1;
            while (end < seqs.Length && seqs[end] == seqs[end - 1] + 1) end++;
            ranges.Add(new NpgsqlRange<long>(seqs[start], lowerBoundIsInclusive: true, seqs[end - 1] + 1, upperBoundIsInclusive: false));
            start = end;
        }

        return [.. ranges];
    }

    // As PostgreSQL has them: the lower bound is in, the upper is not.
    private static IEnumerable<long> SeqsOf(NpgsqlRange<long>[] ranges)
    {
        foreach (var range in ranges)
        {
            for (var seq = range.LowerBound; seq < range.UpperBound; seq++) yield return seq;
        }
    }

    private static async Task ExecuteAsync(NpgsqlConnection owner, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Constants of this class.
        await using var command = new NpgsqlCommand(sql, owner) { CommandTimeout = 0 };
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Archive {Archive}: {Events} events exported, {Bytes} bytes.")]
    private partial void LogExported(string archive, long events, long bytes);

    [LoggerMessage(Level = LogLevel.Information, Message = "Archive {Archive}: its events are deleted.")]
    private partial void LogDeleted(string archive);

    [LoggerMessage(Level = LogLevel.Information, Message = "Archive {Archive}: {Events} events are in the log again.")]
    private partial void LogRestored(string archive, long events);

    /// <summary>The one that archives or restores.</summary>
    private sealed class Turn(NpgsqlConnection connection) : IAsyncDisposable
    {
        public NpgsqlConnection Connection => connection;

        public async ValueTask DisposeAsync()
        {
            // A connection that ends lets go of its lock when the server gets round to it, which may be after the next try.
            if (connection.FullState == ConnectionState.Open) await ExecuteAsync(connection, "select pg_advisory_unlock_all()", CancellationToken.None);
            await connection.DisposeAsync();
        }
    }
}
