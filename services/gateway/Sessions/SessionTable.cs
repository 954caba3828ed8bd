using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Gateway.Users;
using AlgoStack.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Gateway.Sessions;

/// <summary>
/// Who is signed in, and where. A session ends an hour after it was last used, twelve hours after it began, or when it is
/// revoked. Each refresh token is good once: one that comes again has been copied, and nobody can tell who has the copy, so
/// the session ends for both.
/// </summary>
internal sealed class SessionTable(NpgsqlDataSource source, ServiceDatabase database, AuditLog audit, TimeProvider clock)
{
    public static readonly TimeSpan LongestIdle = TimeSpan.FromHours(1);
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(12);

    /// <summary>The newest that a list shows.</summary>
    private const int MostListed = 100;

    /// <summary>Of a row of sessions, at $1.</summary>
    private const string IsOpen = "revoked_at is null and expires_at > $1 and last_used_at > $2";

    /// <param name="secondFactor">As <see cref="UserSignedIn"/> has it.</param>
    public async Task<Session> BeginAsync(User user, string? secondFactor, HttpContext context)
    {
        var (id, refreshToken) = (Guid.CreateVersion7(clock.GetUtcNow()), Secret.New());
        var signedIn = new UserSignedIn(user.Id, secondFactor, await audit.ActorAsync(context, user.Id, sessionId: id));
        await audit.CommitAsync(
            signedIn, (connection, token) => InsertAsync(connection, id, user.Id, context, refreshToken, token), context.RequestAborted);
        return new Session(id, user.Id, user.Role, refreshToken);
    }

    /// <summary>Whose refresh token it is or was; null of one that is none of ours.</summary>
    public async Task<Guid?> FindOfTokenAsync(string refreshToken, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select session_id from refresh_tokens where hash = $1");
        command.Parameters.Add(new() { Value = Secret.Hash(refreshToken) });
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>Takes a refresh token for the next one.</summary>
    public async Task<Refreshed> RefreshAsync(string refreshToken, HttpContext context)
    {
        var refreshed = await RotateAsync(refreshToken, context.RequestAborted);
        if (refreshed is not { Refusal: RefreshRefusal.Reused, Ended: { } ended }) return refreshed;

        var now = clock.GetUtcNow();
        await audit.CommitAsync(
            new RefreshTokenReused(ended.UserId, ended.SessionId, await audit.NobodyAsync(context)),
            (connection, token) => RevokeAsync(connection, ended.SessionId, now, token),
            context.RequestAborted);
        return refreshed;
    }

    /// <param name="role">As the token has it: with another, its user has become something else since.</param>
    public async Task<bool> IsOpenAsync(Guid sessionId, string role, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"select exists (select from sessions join users u using (user_id) where session_id = $3 and u.role = $4 and u.disabled_at is null and {IsOpen})");
        AddTimes(command);
        command.Parameters.Add(new() { Value = sessionId });
        command.Parameters.Add(new() { Value = role });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Which of these sessions are open.</summary>
    public async Task<HashSet<Guid>> OpenAmongAsync(Guid[] sessionIds, CancellationToken cancellationToken)
    {
        var open = new HashSet<Guid>();
        if (sessionIds.Length == 0) return open;

        await using var command = source.CreateCommand($"select session_id from sessions join users u using (user_id) where session_id = any($3) and u.disabled_at is null and {IsOpen}");
        AddTimes(command);
        command.Parameters.Add(new() { Value = sessionIds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) open.Add(reader.GetGuid(0));
        return open;
    }

    /// <summary>The sessions of a user, the newest first.</summary>
    /// <param name="current">The one that asks.</param>
    /// <param name="isEndedToo">Those that have ended as well, for the week that they are kept.</param>
    public async Task<IReadOnlyList<OpenSession>> ListAsync(Guid userId, Guid? current, bool isEndedToo, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"""
            select session_id, created_at, last_used_at, expires_at, address, user_agent from sessions
            where user_id = $3 and ($4 or ({IsOpen})) order by created_at desc limit {MostListed}
            """);
        AddTimes(command);
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = isEndedToo });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<OpenSession>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var id = reader.GetGuid(0);
            sessions.Add(new OpenSession(
                id,
                id == current,
                reader.GetFieldValue<DateTimeOffset>(1),
                reader.GetFieldValue<DateTimeOffset>(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5)));
        }

        return sessions;
    }

    /// <summary>Ends a session of the user's that the event is about.</summary>
    /// <returns>False when it is none of theirs, or has ended already.</returns>
    public Task<bool> RevokeAsync(Guid userId, Guid sessionId, AccountEvent why, CancellationToken cancellationToken) => audit.CommitAsync(
        why,
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand($"update sessions set revoked_at = $1 where session_id = $3 and user_id = $4 and {IsOpen}", connection);
            AddTimes(command);
            command.Parameters.Add(new() { Value = sessionId });
            command.Parameters.Add(new() { Value = userId });
            return await command.ExecuteNonQueryAsync(token) == 1;
        },
        cancellationToken);

    /// <summary>Ends every session of a user, in the transaction of why.</summary>
    /// <param name="kept">But for this one.</param>
    public static async Task RevokeAllAsync(NpgsqlConnection connection, Guid userId, Guid? kept, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "update sessions set revoked_at = $1 where user_id = $2 and session_id is distinct from $3 and revoked_at is null", connection);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = (object?)kept ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<bool> InsertAsync(
        NpgsqlConnection connection, Guid id, Guid userId, HttpContext context, string refreshToken, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var command = new NpgsqlCommand(
            """
            with begun as (
                insert into sessions (session_id, user_id, created_at, last_used_at, expires_at, address, user_agent)
                values ($1, $2, $3, $3, $4, $5, $6)),
            seen as (update users set last_signed_in_at = $3 where user_id = $2)
            insert into refresh_tokens (hash, session_id) values ($7, $1)
            """,
            connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now + LongestLife });
        command.Parameters.Add(Text(context.Connection.RemoteIpAddress?.ToString()));
        command.Parameters.Add(Text(UserAgent.Of(context)));
        command.Parameters.Add(new() { Value = Secret.Hash(refreshToken) });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private async Task<Refreshed> RotateAsync(string refreshToken, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var hash = Secret.Hash(refreshToken);
        await using var connection = await database.OpenConnectionAsync(source, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await FindAsync(connection, hash, now, cancellationToken) is not { } found) return new Refreshed(RefreshRefusal.Unknown);

        if (found.IsUsed) return new Refreshed(RefreshRefusal.Reused, Ended: (found.UserId, found.SessionId));
        if (!found.IsOpen) return new Refreshed(RefreshRefusal.Ended);

        var next = Secret.New();
        await using var rotate = new NpgsqlCommand(
            """
            with used as (update refresh_tokens set used_at = $1 where hash = $2),
                 kept as (update sessions set last_used_at = $1 where session_id = $3)
            insert into refresh_tokens (hash, session_id) values ($4, $3)
            """,
            connection);
        rotate.Parameters.Add(new() { Value = now });
        rotate.Parameters.Add(new() { Value = hash });
        rotate.Parameters.Add(new() { Value = found.SessionId });
        rotate.Parameters.Add(new() { Value = Secret.Hash(next) });
        await rotate.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new Refreshed(null, new Session(found.SessionId, found.UserId, found.Role, next));
    }

    // The session's row is held, so that of two who come with one token the second sees that it is used.
    private static async Task<FoundToken?> FindAsync(NpgsqlConnection connection, byte[] hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using (var hold = new NpgsqlCommand(
            "select from sessions where session_id = (select session_id from refresh_tokens where hash = $1) for update", connection))
        {
            hold.Parameters.Add(new() { Value = hash });
            await hold.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = new NpgsqlCommand(
            $"""
            select t.session_id, s.user_id, u.role, t.used_at is not null, {IsOpen} and u.disabled_at is null
            from refresh_tokens t join sessions s using (session_id) join users u using (user_id) where t.hash = $3
            """,
            connection);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - LongestIdle });
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new FoundToken(reader.GetGuid(0), reader.GetGuid(1), Roles.Read(reader.GetString(2)), reader.GetBoolean(3), reader.GetBoolean(4))
            : null;
    }

    private static async Task<bool> RevokeAsync(NpgsqlConnection connection, Guid sessionId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("update sessions set revoked_at = $1 where session_id = $2 and revoked_at is null", connection);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = sessionId });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private void AddTimes(NpgsqlCommand command)
    {
        var now = clock.GetUtcNow();
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - LongestIdle });
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private sealed record FoundToken(Guid SessionId, Guid UserId, Role Role, bool IsUsed, bool IsOpen);
}

/// <param name="RefreshToken">To be shown once, to go on.</param>
internal sealed record Session(Guid Id, Guid UserId, Role Role, string RefreshToken);

internal enum RefreshRefusal
{
    Unknown,
    Reused,
    Ended,
}

internal sealed record Refreshed(RefreshRefusal? Refusal, Session? Session = null, (Guid UserId, Guid SessionId)? Ended = null);

/// <param name="Current">Whether it is the one that asks.</param>
internal sealed record OpenSession(
    Guid SessionId, bool Current, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? Address, string? UserAgent);
