using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.Sessions;
using Npgsql;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// What administrators do to users. What ends here ends at once: sessions, links that the user gave out, and with a change of role or a
/// disabled user every token that was had before. There is always an administrator who can come in.
/// </summary>
internal sealed class UserTable(NpgsqlDataSource source, AuditLog audit, SignInFailures failures, ConfiguredIssuer configured, TimeProvider clock)
{
    private const int MostListed = 1_000;

    private const string Columns =
        """
        select u.user_id, u.name, u.role, u.disabled_at, u.created_at, u.last_signed_in_at,
               exists (select from issuer_users i where i.user_id = u.user_id),
               exists (select from two_factor t where t.user_id = u.user_id and t.confirmed_at is not null),
               (select count(*) from sessions s where s.user_id = u.user_id and s.revoked_at is null and s.expires_at > $1 and s.last_used_at > $2),
               (select count(*) from api_keys k where k.user_id = u.user_id and k.revoked_at is null
                   and exists (select from api_key_secrets s where s.key_id = k.key_id and s.expires_at > $1))
        from users u
        """;

    /// <summary>All users, by name.</summary>
    public Task<IReadOnlyList<KnownUser>> ListAsync(CancellationToken cancellationToken) =>
        ReadAsync($"{Columns} order by u.normalized_name limit {MostListed}", null, cancellationToken);

    public async Task<KnownUser?> FindAsync(Guid userId, CancellationToken cancellationToken) =>
        await ReadAsync($"{Columns} where u.user_id = $3", userId, cancellationToken) is [var user] ? user : null;

    public async Task<UserChange> ChangeRoleAsync(KnownUser user, Role role, Actor by, CancellationToken cancellationToken)
    {
        if (user.Role == role.Name()) return UserChange.Made;
        if (user.IsFederated && configured.Issuer is not null) return UserChange.IssuersRole;

        return await ChangeAsync(
            new RoleChanged(user.UserId, user.Role, role.Name(), by),
            user,
            isTakenBack: role != Role.Admin,
            """
            update users set role = $3, version = version + 1 where user_id = $1 and role = $2
            """,
            [user.UserId, user.Role, role.Name()],
            cancellationToken);
    }

    public async Task<UserChange> DisableAsync(KnownUser user, Actor by, CancellationToken cancellationToken) => user.State == KnownUser.Disabled
        ? UserChange.Made
        : await ChangeAsync(
            new UserDisabled(user.UserId, by),
            user,
            isTakenBack: true,
            "update users set disabled_at = $2, version = version + 1 where user_id = $1 and disabled_at is null",
            [user.UserId, clock.GetUtcNow()],
            cancellationToken);

    public async Task<UserChange> EnableAsync(KnownUser user, Actor by, CancellationToken cancellationToken) => user.State == KnownUser.Enabled
        ? UserChange.Made
        : await ChangeAsync(
            new UserEnabled(user.UserId, by),
            user,
            isTakenBack: false,
            "update users set disabled_at = null, version = version + 1 where user_id = $1 and disabled_at is not null",
            [user.UserId],
            cancellationToken);

    /// <summary>Deletes a user with everything that is personal: the log keeps the id, which is nobody's then.</summary>
    public Task<UserChange> DeleteAsync(KnownUser user, Actor by, CancellationToken cancellationToken) => ChangeAsync(
        new UserDeleted(user.UserId, user.Role, by),
        user,
        isTakenBack: true,
        "with failed as (delete from sign_in_failures where name_hash = $2) delete from users where user_id = $1",
        [user.UserId, failures.Hash(user.Name)],
        cancellationToken);

    /// <param name="isTakenBack">Whether an administrator is none afterwards.</param>
    private async Task<UserChange> ChangeAsync(
        AccountEvent why, KnownUser user, bool isTakenBack, string sql, object[] values, CancellationToken cancellationToken)
    {
        var refusal = UserChange.Overtaken;
        var isMade = await audit.CommitAsync(
            why,
            async (connection, token) =>
            {
                if (isTakenBack && !await HasOtherAdminAsync(connection, user.UserId, token))
                {
                    refusal = UserChange.LastAdmin;
                    return false;
                }

                await EndAsync(connection, user.UserId, token);
#pragma warning disable CA2100 // One of those above.
                await using var change = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
                foreach (var value in values) change.Parameters.Add(new() { Value = value });
                return await change.ExecuteNonQueryAsync(token) > 0;
            },
            cancellationToken);
        return isMade ? UserChange.Made : refusal;
    }

    // All of them are held, so that of two administrators who remove each other at once the second finds that they are alone. Who has no way in does not count.
    private async Task<bool> HasOtherAdminAsync(NpgsqlConnection connection, Guid userId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select user_id from users u where role = 'admin' and disabled_at is null
                and case when $1 then exists (select from issuer_users i where i.user_id = u.user_id) else password_hash is not null end
            order by user_id for update
            """,
            connection);
        command.Parameters.Add(new() { Value = configured.Issuer is not null });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var isFound = false;
        while (await reader.ReadAsync(cancellationToken)) isFound |= reader.GetGuid(0) != userId;
        return isFound;
    }

    private async Task EndAsync(NpgsqlConnection connection, Guid userId, CancellationToken cancellationToken)
    {
        await SessionTable.RevokeAllAsync(connection, userId, null, clock.GetUtcNow(), cancellationToken);
        await using var links = new NpgsqlCommand("delete from invitations where invited_by = $1 and used_at is null", connection);
        links.Parameters.Add(new() { Value = userId });
        await links.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<KnownUser>> ReadAsync(string sql, Guid? userId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
#pragma warning disable CA2100 // One of those above.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - SessionTable.LongestIdle });
        if (userId is { } id) command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var users = new List<KnownUser>();
        while (await reader.ReadAsync(cancellationToken))
        {
            users.Add(new KnownUser(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.IsDBNull(3) ? KnownUser.Enabled : KnownUser.Disabled,
                reader.GetFieldValue<DateTimeOffset>(4),
                reader.IsDBNull(5) ? null : reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetBoolean(6),
                reader.GetBoolean(7),
                reader.GetInt32(8),
                reader.GetInt32(9)));
        }

        return users;
    }
}

/// <summary>What came of a change.</summary>
internal enum UserChange
{
    Made,
    LastAdmin,

    /// <summary>Another issuer says it anew each time they sign in.</summary>
    IssuersRole,

    /// <summary>Somebody else was quicker.</summary>
    Overtaken,
}

/// <param name="State"><see cref="Enabled"/> or <see cref="Disabled"/>.</param>
/// <param name="IsFederated">Whether another issuer says who they are and what they may.</param>
internal sealed record KnownUser(
    Guid UserId,
    string Name,
    string Role,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? LastSignedInAt,
    bool IsFederated,
    bool HasSecondFactor,
    int OpenSessions,
    int OpenApiKeys)
{
    public const string Enabled = "enabled";
    public const string Disabled = "disabled";
}
