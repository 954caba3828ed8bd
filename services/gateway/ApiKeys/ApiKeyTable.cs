using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Gateway.Users;
using Npgsql;

namespace AlgoStack.Gateway.ApiKeys;

/// <summary>The keys of programs. A secret is shown when it is made and never again; what is stored is its hash.</summary>
internal sealed class ApiKeyTable(NpgsqlDataSource source, AuditLog audit, TimeProvider clock)
{
    public const int MostDays = 180;

    /// <summary>Of one user, not counting those that are over.</summary>
    public const int MostKeys = 20;

    /// <summary>How long the former secret stays good when the next is made.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    /// <summary>Before a key expires its user, and who watches the metrics, are told.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    private const int HintLetters = 6;

    /// <summary>Of a row k of api_keys at $1: neither revoked nor out of secrets.</summary>
    private const string IsOpen = "k.revoked_at is null and exists (select from api_key_secrets s where s.key_id = k.key_id and s.expires_at > $1)";

    /// <returns>Null when the user has <see cref="MostKeys"/>.</returns>
    public async Task<ApiKeySecret?> MakeAsync(Guid userId, string name, IReadOnlyList<string> scopes, int days, Actor by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var secret = ApiKeySecret.Of(Guid.CreateVersion7(now), now.AddDays(days));
        return await audit.CommitAsync(
            new ApiKeyMade(userId, secret.KeyId, scopes, days, by),
            async (connection, token) =>
            {
                // Held by a statement of its own, so that the next sees what others made before they let go of it.
                await using var turn = new NpgsqlCommand("select from users where user_id = $1 for update", connection);
                turn.Parameters.Add(new() { Value = userId });
                await turn.ExecuteNonQueryAsync(token);
                await using var make = new NpgsqlCommand(
                    $"""
                    insert into api_keys (key_id, user_id, name, scopes, lifetime_days, created_at)
                    select $3, $2, $4, $5, $6, $1
                    where (select count(*) from api_keys k where k.user_id = $2 and {IsOpen}) < {MostKeys}
                    """,
                    connection);
                make.Parameters.Add(new() { Value = now });
                make.Parameters.Add(new() { Value = userId });
                make.Parameters.Add(new() { Value = secret.KeyId });
                make.Parameters.Add(new() { Value = name });
                make.Parameters.Add(new() { Value = scopes.ToArray() });
                make.Parameters.Add(new() { Value = days });
                return await make.ExecuteNonQueryAsync(token) == 1 && await AddSecretAsync(connection, secret, now, token);
            },
            cancellationToken)
            ? secret
            : null;
    }

    /// <summary>Makes the next secret of a key. The former is good for <see cref="Overlap"/> more, and for no longer than it was.</summary>
    /// <returns>Null when the user has no such key that is open.</returns>
    public async Task<ApiKeySecret?> RotateAsync(Guid userId, Guid keyId, Actor by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        ApiKeySecret? secret = null;
        await audit.CommitAsync(
            new ApiKeyRotated(userId, keyId, by),
            async (connection, token) =>
            {
                await using var find = new NpgsqlCommand($"select k.lifetime_days from api_keys k where k.key_id = $2 and k.user_id = $3 and {IsOpen} for update", connection);
                find.Parameters.Add(new() { Value = now });
                find.Parameters.Add(new() { Value = keyId });
                find.Parameters.Add(new() { Value = userId });
                if (await find.ExecuteScalarAsync(token) is not int days) return false;

                await using var shorten = new NpgsqlCommand("update api_key_secrets set expires_at = least(expires_at, $1) where key_id = $2", connection);
                shorten.Parameters.Add(new() { Value = now + Overlap });
                shorten.Parameters.Add(new() { Value = keyId });
                await shorten.ExecuteNonQueryAsync(token);
                secret = ApiKeySecret.Of(keyId, now.AddDays(days));
                return await AddSecretAsync(connection, secret, now, token);
            },
            cancellationToken);
        return secret;
    }

    /// <returns>False when the user has no such key that is open.</returns>
    public Task<bool> RevokeAsync(Guid userId, Guid keyId, Actor by, CancellationToken cancellationToken) => audit.CommitAsync(
        new ApiKeyRevoked(userId, keyId, by),
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand($"update api_keys k set revoked_at = $1 where k.key_id = $2 and k.user_id = $3 and {IsOpen}", connection);
            command.Parameters.Add(new() { Value = clock.GetUtcNow() });
            command.Parameters.Add(new() { Value = keyId });
            command.Parameters.Add(new() { Value = userId });
            return await command.ExecuteNonQueryAsync(token) == 1;
        },
        cancellationToken);

    /// <summary>Whose a secret is, and that it was used now. Null when it is none that is good.</summary>
    public async Task<ApiKeyHolder?> UseAsync(string secret, HttpContext context)
    {
        var (now, hash) = (clock.GetUtcNow(), Secret.Hash(secret));
        await using var command = source.CreateCommand(
            """
            update api_key_secrets s set last_used_at = case when s.last_used_at is null then null else $1 end
            from api_keys k join users u using (user_id)
            where s.hash = $2 and s.expires_at > $1 and k.key_id = s.key_id and k.revoked_at is null and u.disabled_at is null
            returning k.key_id, k.user_id, u.role, k.scopes, s.last_used_at is null
            """);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = hash });
        var (holder, isFirst) = await ReadHolderAsync(command, context.RequestAborted);
        if (holder is not null && isFirst) await NoteFirstUseAsync(holder, hash, now, context);
        return holder;
    }

    /// <param name="role">As the token has it: with another, its user has become something else since.</param>
    public async Task<bool> IsOpenAsync(Guid keyId, string role, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"select exists (select from api_keys k join users u using (user_id) where k.key_id = $2 and u.role = $3 and u.disabled_at is null and {IsOpen})");
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = keyId });
        command.Parameters.Add(new() { Value = role });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Which of these keys are open.</summary>
    public async Task<HashSet<Guid>> OpenAmongAsync(Guid[] keyIds, CancellationToken cancellationToken)
    {
        var open = new HashSet<Guid>();
        if (keyIds.Length == 0) return open;

        await using var command = source.CreateCommand($"select k.key_id from api_keys k join users u using (user_id) where k.key_id = any($2) and u.disabled_at is null and {IsOpen}");
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = keyIds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) open.Add(reader.GetGuid(0));
        return open;
    }

    /// <summary>The open keys of a user, the newest first, each with its secrets that are good, the newest first.</summary>
    public async Task<IReadOnlyList<ApiKey>> ListAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"""
            select k.key_id, k.name, k.scopes, k.created_at, s.hint, s.created_at, s.expires_at, s.last_used_at
            from api_keys k join api_key_secrets s on s.key_id = k.key_id and s.expires_at > $1
            where k.user_id = $2 and k.revoked_at is null
            order by k.created_at desc, k.key_id, s.created_at desc
            limit {MostKeys * 10}
            """);
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = userId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(ApiKey Key, GoodSecret Secret)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var key = new ApiKey(reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<DateTimeOffset>(3), default, false, []);
            rows.Add((key, new GoodSecret(
                reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetFieldValue<DateTimeOffset>(6),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7))));
        }

        var soon = clock.GetUtcNow() + Soon;
        return [.. rows.GroupBy(row => row.Key.KeyId).Select(key => key.First().Key.With([.. key.Select(row => row.Secret)], soon))];
    }

    /// <summary>How many keys of everybody's expire soon. A key does with its newest secret.</summary>
    public async Task<ApiKeyEnds> EndsAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"""
            select count(*) filter (where ends < $2), min(ends)
            from (select (select max(s.expires_at) from api_key_secrets s where s.key_id = k.key_id) as ends from api_keys k where {IsOpen}) open
            """);
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() + Soon });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ApiKeyEnds(reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1));
    }

    private static async Task<(ApiKeyHolder? Holder, bool IsFirst)> ReadHolderAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return (null, false);

        var holder = new ApiKeyHolder(reader.GetGuid(0), reader.GetGuid(1), Roles.Read(reader.GetString(2)), reader.GetFieldValue<string[]>(3));
        return (holder, reader.GetBoolean(4));
    }

    private async Task NoteFirstUseAsync(ApiKeyHolder holder, byte[] hash, DateTimeOffset now, HttpContext context) => await audit.CommitAsync(
        new ApiKeyFirstUsed(holder.UserId, holder.KeyId, await audit.ActorAsync(context, holder.UserId, apiKeyId: holder.KeyId)),
        async (connection, token) =>
        {
            // Of two at once the second finds it used.
            await using var command = new NpgsqlCommand("update api_key_secrets set last_used_at = $1 where hash = $2 and last_used_at is null", connection);
            command.Parameters.Add(new() { Value = now });
            command.Parameters.Add(new() { Value = hash });
            return await command.ExecuteNonQueryAsync(token) == 1;
        },
        context.RequestAborted);

    private static async Task<bool> AddSecretAsync(NpgsqlConnection connection, ApiKeySecret secret, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("insert into api_key_secrets (hash, key_id, hint, created_at, expires_at) values ($1, $2, $3, $4, $5)", connection);
        command.Parameters.Add(new() { Value = Secret.Hash(secret.Secret) });
        command.Parameters.Add(new() { Value = secret.KeyId });
        command.Parameters.Add(new() { Value = secret.Secret[..(ApiKeySecret.Prefix.Length + HintLetters)] });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = secret.ExpiresAt });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}

/// <param name="Secret">Shown this once.</param>
internal sealed record ApiKeySecret(Guid KeyId, string Secret, DateTimeOffset ExpiresAt)
{
    /// <summary>By this people, and tools that look for secrets in the wrong place, know one.</summary>
    public const string Prefix = "algostack_";

    /// <summary>A new one.</summary>
    public static ApiKeySecret Of(Guid keyId, DateTimeOffset expiresAt) => new(keyId, Prefix + Tokens.Secret.New(), expiresAt);
}

internal sealed record ApiKeyHolder(Guid KeyId, Guid UserId, Role Role, IReadOnlyList<string> Scopes);

/// <param name="ExpiresAt">Of its newest secret.</param>
/// <param name="EndsSoon">It is time to rotate it: what expires within <see cref="ApiKeyTable.Soon"/>.</param>
/// <param name="Secrets">More than one while one takes over from another.</param>
internal sealed record ApiKey(
    Guid KeyId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool EndsSoon, IReadOnlyList<GoodSecret> Secrets)
{
    /// <param name="secrets">The newest first.</param>
    /// <param name="soon">Until when it is soon.</param>
    public ApiKey With(IReadOnlyList<GoodSecret> secrets, DateTimeOffset soon) =>
        this with { ExpiresAt = secrets[0].ExpiresAt, EndsSoon = secrets[0].ExpiresAt < soon, Secrets = secrets };
}

/// <param name="EndingSoon">How many keys expire within <see cref="ApiKeyTable.Soon"/>.</param>
/// <param name="NextEnd">When the next key expires; null where there is none.</param>
internal sealed record ApiKeyEnds(int EndingSoon, DateTimeOffset? NextEnd);

/// <param name="Hint">How it begins.</param>
internal sealed record GoodSecret(string Hint, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);
