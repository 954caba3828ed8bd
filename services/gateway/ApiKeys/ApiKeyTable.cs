using AlgoStack.Gateway.Tokens;
using AlgoStack.Gateway.Users;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Gateway.ApiKeys;

/// <summary>The keys of programs. A secret is shown when it is made and never again; what is stored is its hash.</summary>
internal sealed class ApiKeyTable(NpgsqlDataSource source, ServiceDatabase database, TokenOrigin origin, TimeProvider clock)
{
    public const int MostDays = 180;

    /// <summary>Of one user, not counting those that are over.</summary>
    public const int MostKeys = 20;

    /// <summary>How long the former secret stays good when the next is made.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    /// <summary>By this people, and tools that look for secrets in the wrong place, know one.</summary>
    private const string Prefix = "algostack_";

    private const int HintLetters = 6;

    /// <summary>Of a row k of api_keys at $1: neither revoked nor out of secrets.</summary>
    private const string IsOpen = "k.revoked_at is null and exists (select from api_key_secrets s where s.key_id = k.key_id and s.expires_at > $1)";

    /// <returns>Null when the user has <see cref="MostKeys"/>.</returns>
    public async Task<ApiKeySecret?> MakeAsync(Guid userId, string name, IReadOnlyList<string> scopes, int days, CancellationToken cancellationToken)
    {
        var (now, keyId) = (clock.GetUtcNow(), Guid.CreateVersion7(clock.GetUtcNow()));
        await using var connection = await database.OpenConnectionAsync(source, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Held by a statement of its own, so that the next sees what others made before they let go of it.
        await using var turn = new NpgsqlCommand("select from users where user_id = $1 for update", connection);
        turn.Parameters.Add(new() { Value = userId });
        await turn.ExecuteNonQueryAsync(cancellationToken);
        await using var make = new NpgsqlCommand(
            $"""
            insert into api_keys (key_id, user_id, name, scopes, lifetime_days, created_at)
            select $3, $2, $4, $5, $6, $1
            where (select count(*) from api_keys k where k.user_id = $2 and {IsOpen}) < {MostKeys}
            """,
            connection);
        make.Parameters.Add(new() { Value = now });
        make.Parameters.Add(new() { Value = userId });
        make.Parameters.Add(new() { Value = keyId });
        make.Parameters.Add(new() { Value = name });
        make.Parameters.Add(new() { Value = scopes.ToArray() });
        make.Parameters.Add(new() { Value = days });
        if (await make.ExecuteNonQueryAsync(cancellationToken) == 0) return null;

        var secret = await AddSecretAsync(connection, keyId, now, days, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return secret;
    }

    /// <summary>Makes the next secret of a key. The former is good for <see cref="Overlap"/> more, and for no longer than it was.</summary>
    /// <returns>Null when the user has no such key that is open.</returns>
    public async Task<ApiKeySecret?> RotateAsync(Guid userId, Guid keyId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(source, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var find = new NpgsqlCommand($"select k.lifetime_days from api_keys k where k.key_id = $2 and k.user_id = $3 and {IsOpen} for update", connection);
        find.Parameters.Add(new() { Value = now });
        find.Parameters.Add(new() { Value = keyId });
        find.Parameters.Add(new() { Value = userId });
        if (await find.ExecuteScalarAsync(cancellationToken) is not int days) return null;

        await using var shorten = new NpgsqlCommand("update api_key_secrets set expires_at = least(expires_at, $1) where key_id = $2", connection);
        shorten.Parameters.Add(new() { Value = now + Overlap });
        shorten.Parameters.Add(new() { Value = keyId });
        await shorten.ExecuteNonQueryAsync(cancellationToken);
        var secret = await AddSecretAsync(connection, keyId, now, days, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return secret;
    }

    /// <returns>False when the user has no such key that is open.</returns>
    public async Task<bool> RevokeAsync(Guid userId, Guid keyId, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"update api_keys k set revoked_at = $1 where k.key_id = $2 and k.user_id = $3 and {IsOpen}");
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = keyId });
        command.Parameters.Add(new() { Value = userId });
        var ended = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        origin.Forget();
        return ended;
    }

    /// <summary>Whose a secret is, and that it was used now. Null when it is none that is good.</summary>
    public async Task<ApiKeyHolder?> UseAsync(string secret, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            """
            update api_key_secrets s set last_used_at = $1
            from api_keys k join users u using (user_id)
            where s.hash = $2 and s.expires_at > $1 and k.key_id = s.key_id and k.revoked_at is null
            returning k.key_id, k.user_id, u.role, k.scopes
            """);
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = Secret.Hash(secret) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ApiKeyHolder(reader.GetGuid(0), reader.GetGuid(1), Roles.Read(reader.GetString(2)), reader.GetFieldValue<string[]>(3))
            : null;
    }

    public async Task<bool> IsOpenAsync(Guid keyId, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand($"select exists (select from api_keys k where k.key_id = $2 and {IsOpen})");
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = keyId });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Which of these keys are open.</summary>
    public async Task<HashSet<Guid>> OpenAmongAsync(Guid[] keyIds, CancellationToken cancellationToken)
    {
        var open = new HashSet<Guid>();
        if (keyIds.Length == 0) return open;

        await using var command = source.CreateCommand($"select k.key_id from api_keys k where k.key_id = any($2) and {IsOpen}");
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
            var key = new ApiKey(reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<DateTimeOffset>(3), []);
            rows.Add((key, new GoodSecret(
                reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                reader.GetFieldValue<DateTimeOffset>(6),
                reader.IsDBNull(7) ? null : reader.GetFieldValue<DateTimeOffset>(7))));
        }

        return [.. rows.GroupBy(row => row.Key.KeyId).Select(key => key.First().Key with { Secrets = [.. key.Select(row => row.Secret)] })];
    }

    private static async Task<ApiKeySecret> AddSecretAsync(NpgsqlConnection connection, Guid keyId, DateTimeOffset now, int days, CancellationToken cancellationToken)
    {
        var secret = Prefix + Secret.New();
        var expiresAt = now.AddDays(days);
        await using var command = new NpgsqlCommand("insert into api_key_secrets (hash, key_id, hint, created_at, expires_at) values ($1, $2, $3, $4, $5)", connection);
        command.Parameters.Add(new() { Value = Secret.Hash(secret) });
        command.Parameters.Add(new() { Value = keyId });
        command.Parameters.Add(new() { Value = secret[..(Prefix.Length + HintLetters)] });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = expiresAt });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return new ApiKeySecret(keyId, secret, expiresAt);
    }
}

/// <param name="Secret">Shown this once.</param>
internal sealed record ApiKeySecret(Guid KeyId, string Secret, DateTimeOffset ExpiresAt);

internal sealed record ApiKeyHolder(Guid KeyId, Guid UserId, Role Role, IReadOnlyList<string> Scopes);

/// <param name="Secrets">More than one while one takes over from another.</param>
internal sealed record ApiKey(Guid KeyId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, IReadOnlyList<GoodSecret> Secrets);

/// <param name="Hint">How it begins.</param>
internal sealed record GoodSecret(string Hint, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);
