using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tape;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>A replay that a restart takes up again.</summary>
/// <param name="ContentHash">Of the file's accepted bars as first read; null when it had not been read to its end.</param>
/// <param name="JournalEnded">Whether the last batch is in the journal, so that only announcing is left.</param>
internal sealed record UnfinishedReplay(string SessionId, StartReplay Replay, string? ContentHash, bool JournalEnded);

/// <summary>An import that a restart takes up again, from its beginning.</summary>
internal sealed record UnfinishedImport(string SessionId, StartImport Import);

/// <summary>The rows of sessions.</summary>
internal sealed class SessionStore(NpgsqlDataSource database, TimeProvider clock)
{
    public const int MostListed = 1_000;

    private const string Columns =
        """
        s.session_id, s.kind, s.source, s.state, s.timeframe, s.bars_total, s.bars_read, s.bars_accepted, s.duplicates,
        (select coalesce(jsonb_object_agg(q.reason, q.rows), '{}') from quarantine_counts q where q.session_id = s.session_id),
        s.last_sequence, s.first_bar, s.last_bar, s.started_at, s.first_read_at, s.ended_at, s.error, s.data_kind, s.rows_added
        """;

    public async Task AddReplayAsync(string sessionId, StartReplay replay, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into sessions (session_id, kind, source, state, file, speed, asked_timeframe, venue, started_at)
            values ($1, 'replay', $2, 'starting', $2, $3, $4, $5, $6)
            """);
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(new() { Value = replay.File });
        command.Parameters.Add(Text(replay.Speed));
        command.Parameters.Add(Text(replay.Timeframe));
        command.Parameters.Add(Text(replay.Venue));
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task AddImportAsync(string sessionId, StartImport import, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into sessions (session_id, kind, source, state, file, asked_timeframe, venue, data_kind, rows_added, started_at)
            values ($1, 'import', $2, 'running', $2, $3, $4, $5, 0, $6)
            """);
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(new() { Value = import.File });
        command.Parameters.Add(Text(import.Timeframe));
        command.Parameters.Add(Text(import.Venue));
        command.Parameters.Add(new() { Value = import.Kind });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What an import's write adds to its account, committed with it. A new run counts from 0 again, but for what it added.</summary>
    public static NpgsqlBatchCommand ImportedCommand(string sessionId, TapeRows rows, TapeWrite write) => new(
        """
        update sessions
        set bars_accepted = bars_accepted + $2, rows_added = rows_added + $3,
            first_bar = least(first_bar, $4), last_bar = greatest(last_bar, $5)
        where session_id = $1
        """)
    {
        Parameters =
        {
            new() { Value = sessionId },
            new() { Value = (long)rows.Count },
            new() { Value = (long)write.Rows },
            new() { Value = rows.Kind.ToTime(rows.At[0]) },
            new() { Value = rows.Kind.ToTime(rows.At[^1]) },
        },
    };

    /// <summary>An import begins, or begins again.</summary>
    public async Task ImportingAsync(string sessionId, CancellationToken cancellationToken)
    {
        await ReadingAsync(sessionId, cancellationToken);
        await using var command = database.CreateCommand("update sessions set bars_accepted = 0 where session_id = $1");
        command.Parameters.Add(new() { Value = sessionId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>When the first row was read; the first call counts.</summary>
    public async Task ReadingAsync(string sessionId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "update sessions set first_read_at = coalesce(first_read_at, $2) where session_id = $1");
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The account of a file read to its end. Again after a restart: the same then, and written once.</summary>
    public async Task ReadAsync(string sessionId, FileAccount account, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var commands = new NpgsqlBatch(connection);
        commands.BatchCommands.Add(new(
            """
            update sessions
            set state = $2, timeframe = $3, bars_total = $4, bars_read = $5, duplicates = $6, content_hash = $7, error = $8
            where session_id = $1
            """)
        {
            Parameters =
            {
                new() { Value = sessionId },
                new() { Value = account.Accepted > 0 ? "running" : "failed" },
                Text(account.Timeframe),
                new() { Value = account.Accepted },
                new() { Value = account.Read },
                new() { Value = account.Duplicates },
                Text(account.ContentHash),
                Text(account.Failure),
            },
        });
        commands.BatchCommands.Add(new("delete from quarantine_counts where session_id = $1") { Parameters = { new() { Value = sessionId } } });
        commands.BatchCommands.Add(new("delete from quarantine where session_id = $1") { Parameters = { new() { Value = sessionId } } });
        commands.BatchCommands.Add(new(
            """
            insert into quarantine_counts (session_id, reason, rows)
            select $1, n.reason, n.rows from unnest($2, $3) as n (reason, rows)
            """)
        {
            Parameters =
            {
                new() { Value = sessionId },
                new() { Value = account.Quarantined.Counts.Keys.ToArray() },
                new() { Value = account.Quarantined.Counts.Values.ToArray() },
            },
        });
        commands.BatchCommands.Add(QuarantineCommand(sessionId, account.Quarantined.Details));
        await commands.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The live session is on, with this provider among its sources.</summary>
    public async Task OpenLiveAsync(string provider, string timeframe, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into sessions as s (session_id, kind, source, state, timeframe, started_at, first_read_at)
            values ('live', 'live', $1, 'running', $2, $3, $3)
            on conflict (session_id) do update
            set state = 'running', timeframe = excluded.timeframe, ended_at = null, error = null,
                source = case when excluded.source = any(string_to_array(s.source, ', ')) then s.source
                              else s.source || ', ' || excluded.source end
            """);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = timeframe });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Counts a row of the live session, and keeps what was quarantined.</summary>
    public async Task CountLiveAsync(string sessionId, bool duplicate, QuarantinedRow? quarantined, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var commands = new NpgsqlBatch(connection);
        commands.BatchCommands.Add(new("update sessions set bars_read = bars_read + 1, duplicates = duplicates + $2 where session_id = $1")
        {
            Parameters = { new() { Value = sessionId }, new() { Value = duplicate ? 1L : 0L } },
        });
        if (quarantined is not null)
        {
            commands.BatchCommands.Add(new(
                """
                insert into quarantine_counts as q (session_id, reason, rows)
                values ($1, $2, 1)
                on conflict (session_id, reason) do update set rows = q.rows + 1
                """)
            {
                Parameters = { new() { Value = sessionId }, new() { Value = quarantined.Reason } },
            });
            commands.BatchCommands.Add(new(
                """
                insert into quarantine (session_id, reason, instrument, detail, quarantined_at)
                select $1, $2, $3, $4, $5
                where (select rows from quarantine_counts where session_id = $1 and reason = $2) <= $6
                """)
            {
                Parameters =
                {
                    new() { Value = sessionId },
                    new() { Value = quarantined.Reason },
                    Text(quarantined.Instrument),
                    new() { Value = quarantined.Detail },
                    new() { Value = clock.GetUtcNow() },
                    new() { Value = (long)Quarantine.MostDetailed },
                },
            });
        }

        await commands.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends a session: failed when it has an error, else completed.</summary>
    public async Task EndAsync(string sessionId, string? error, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            update sessions
            set error = coalesce(error, $2),
                state = case when coalesce(error, $2) is null then 'completed' else 'failed' end,
                ended_at = coalesce(ended_at, $3)
            where session_id = $1
            """);
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(Text(error));
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<SessionStatus?> FindAsync(string sessionId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"select {Columns} from sessions s where s.session_id = $1");
        command.Parameters.Add(new() { Value = sessionId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ToStatus(reader) : null;
    }

    /// <summary>The newest sessions first.</summary>
    public async Task<IReadOnlyList<SessionStatus>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"select {Columns} from sessions s order by s.started_at desc, s.session_id limit $1");
        command.Parameters.Add(new() { Value = MostListed });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<SessionStatus>();
        while (await reader.ReadAsync(cancellationToken)) sessions.Add(ToStatus(reader));
        return sessions;
    }

    /// <summary>Replays that have not ended, oldest first.</summary>
    public async Task<IReadOnlyList<UnfinishedReplay>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select s.session_id, s.file, s.speed, s.asked_timeframe, s.venue, s.content_hash,
                   coalesce((select b.end_of_session from batches b
                             where b.session_id = s.session_id and b.partition = 0 and b.sequence = s.last_sequence), false)
            from sessions s
            where s.kind = 'replay' and s.ended_at is null
            order by s.started_at
            limit $1
            """);
        command.Parameters.Add(new() { Value = MostListed });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var unfinished = new List<UnfinishedReplay>();
        while (await reader.ReadAsync(cancellationToken))
        {
            unfinished.Add(new UnfinishedReplay(
                reader.GetString(0),
                new StartReplay(reader.GetString(1), Text(reader, 2), Text(reader, 3), Text(reader, 4)),
                Text(reader, 5),
                reader.GetBoolean(6)));
        }

        return unfinished;
    }

    /// <summary>Imports that have not ended, oldest first.</summary>
    public async Task<IReadOnlyList<UnfinishedImport>> UnfinishedImportsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select s.session_id, s.file, s.data_kind, s.asked_timeframe, s.venue
            from sessions s
            where s.kind = 'import' and s.ended_at is null
            order by s.started_at
            limit $1
            """);
        command.Parameters.Add(new() { Value = MostListed });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var unfinished = new List<UnfinishedImport>();
        while (await reader.ReadAsync(cancellationToken))
        {
            unfinished.Add(new UnfinishedImport(
                reader.GetString(0), new StartImport(reader.GetString(1), reader.GetString(2), Text(reader, 3), Text(reader, 4))));
        }

        return unfinished;
    }

    /// <summary>The journal's end in a session's partition, and how far it has been announced.</summary>
    public async Task<(long Journaled, long Published)> ProgressAsync(string sessionId, int partition, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select coalesce((select max(sequence) from batches where session_id = $1 and partition = $2), 0),
                   coalesce((select last_sequence from publications where session_id = $1 and partition = $2), 0)
            """);
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(new() { Value = partition });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    public async Task PublishedAsync(string sessionId, int partition, long sequence, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into publications as p (session_id, partition, last_sequence)
            values ($1, $2, $3)
            on conflict (session_id, partition) do update
            set last_sequence = greatest(p.last_sequence, excluded.last_sequence)
            """);
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(new() { Value = partition });
        command.Parameters.Add(new() { Value = sequence });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlBatchCommand QuarantineCommand(string sessionId, IReadOnlyList<QuarantinedRow> rows) => new(
        """
        insert into quarantine (session_id, reason, line, instrument, detail, quarantined_at)
        select $1, n.reason, n.line, n.instrument, n.detail, $6
        from unnest($2, $3, $4, $5) as n (reason, line, instrument, detail)
        """)
    {
        Parameters =
        {
            new() { Value = sessionId },
            new() { Value = rows.Select(r => r.Reason).ToArray() },
            new() { Value = rows.Select(r => r.Line).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
            new() { Value = rows.Select(r => r.Instrument).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = rows.Select(r => r.Detail).ToArray() },
            new() { Value = clock.GetUtcNow() },
        },
    };

    private static SessionStatus ToStatus(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetString(3),
        Text(reader, 4),
        reader.IsDBNull(5) ? null : reader.GetInt64(5),
        reader.GetInt64(6),
        reader.GetInt64(7),
        reader.GetInt64(8),
        System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, long>>(reader.GetString(9)) ?? [],
        reader.GetInt64(10),
        Time(reader, 11),
        Time(reader, 12),
        new DateTimeOffset(reader.GetDateTime(13)),
        Time(reader, 14),
        Time(reader, 15),
        Text(reader, 16),
        Text(reader, 17),
        reader.IsDBNull(18) ? null : reader.GetInt64(18));

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetDateTime(column));
}
