using System.Security.Cryptography;
using System.Text.Json;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Gateway.Tokens;

/// <summary>
/// The keys of this issuer, shared by all its instances. A key signs for 30 days and is published a day before it begins, so
/// that everybody has it by then; it verifies for as long as a token that it signed may live. One that is deleted from the
/// table is gone from here within a minute.
/// </summary>
internal sealed class SigningKeys(NpgsqlDataSource source, ServiceDatabase database, TimeProvider clock) : IDisposable
{
    public static readonly TimeSpan SignsFor = TimeSpan.FromDays(30);
    public static readonly TimeSpan PublishedBefore = TimeSpan.FromDays(1);

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile Read? _read;

    /// <summary>The key that signs now.</summary>
    public async Task<SigningKey> CurrentAsync(CancellationToken cancellationToken)
    {
        var keys = await KeysAsync(cancellationToken);
        var now = clock.GetUtcNow();
        // A clock that was set back may be before them all.
        return keys.LastOrDefault(key => key.SignsFrom <= now) ?? keys[0];
    }

    /// <summary>Every key that a token may be signed with which is still good, and the next.</summary>
    public async Task<PublicKeySet> PublishedAsync(CancellationToken cancellationToken) =>
        new([.. (await KeysAsync(cancellationToken)).Select(key => key.Public)]);

    /// <summary>The same as it is sent.</summary>
    public async Task<string> PublishedTextAsync(CancellationToken cancellationToken) =>
        JsonSerializer.Serialize(await PublishedAsync(cancellationToken), JsonSerializerOptions.Web);

    public void Dispose() => _turn.Dispose();

    private async Task<IReadOnlyList<SigningKey>> KeysAsync(CancellationToken cancellationToken)
    {
        if (_read is { } read && IsFresh(read)) return read.Keys;

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_read is { } other && IsFresh(other)) return other.Keys;

            var keys = await ReadAsync(cancellationToken);
            _read = new Read(keys, clock.GetUtcNow());
            return keys;
        }
        finally
        {
            _turn.Release();
        }
    }

    private bool IsFresh(Read read) => clock.GetUtcNow() - read.At < Fresh && read.Keys[^1].SignsUntil > clock.GetUtcNow();

    /// <summary>Those that verify, in the order in which they sign; makes the next when it is time.</summary>
    private async Task<List<SigningKey>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(source, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var turn = new NpgsqlCommand("select pg_advisory_xact_lock($1)", connection);
        turn.Parameters.Add(new() { Value = database.LockKey("signing-keys") });
        await turn.ExecuteNonQueryAsync(cancellationToken);

        var keys = await SelectAsync(connection, now, cancellationToken);
        var until = keys.Count == 0 ? now : keys[^1].SignsUntil;
        if (until - now < PublishedBefore) keys.Add(await MakeAsync(connection, until > now ? until : now, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return keys;
    }

    private static async Task<List<SigningKey>> SelectAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "select kid, private_key, signs_from, signs_until from signing_keys where verifies_until > $1 order by signs_from", connection);
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<SigningKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new SigningKey(
                reader.GetString(0), reader.GetFieldValue<byte[]>(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return keys;
    }

    private static async Task<SigningKey> MakeAsync(NpgsqlConnection connection, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var key = new SigningKey(RandomNumberGenerator.GetHexString(16, lowercase: true), SigningKey.NewPrivateKey(), from, from + SignsFor);
        await using var command = new NpgsqlCommand(
            "insert into signing_keys (kid, private_key, signs_from, signs_until, verifies_until) values ($1, $2, $3, $4, $5)", connection);
        command.Parameters.Add(new() { Value = key.Kid });
        command.Parameters.Add(new() { Value = key.PrivateKey });
        command.Parameters.Add(new() { Value = key.SignsFrom });
        command.Parameters.Add(new() { Value = key.SignsUntil });
        // An instance signs with what it has read until it reads again, and clocks differ.
        command.Parameters.Add(new() { Value = key.SignsUntil + AccessTokens.Lifetime + (2 * Fresh) });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return key;
    }

    private sealed record Read(IReadOnlyList<SigningKey> Keys, DateTimeOffset At);
}
