using System.Security.Cryptography;
using AlgoStack.Gateway.Tokens;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Gateway.TwoFactor;

/// <summary>What users have beside a password: an authenticator app, and codes on paper for when it is lost. Each code is good once.</summary>
internal sealed class SecondFactor(NpgsqlDataSource source, ServiceDatabase database, TimeProvider clock)
{
    public const int RecoveryCodes = 10;

    // Without what is read as something else; 16 of them are 78 bits.
    private const string Letters = "abcdefghjkmnpqrstvwxyz23456789";
    private const int CodeLetters = 16;
    private const int GroupLetters = 4;

    public async Task<bool> IsOnAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select exists (select from two_factor where user_id = $1 and confirmed_at is not null)");
        command.Parameters.Add(new() { Value = userId });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Takes a code of the app, or one of those on paper.</summary>
    public async Task<bool> TakeAsync(Guid userId, string code, CancellationToken cancellationToken)
    {
        var plain = Plain(code);
        return plain.Length == Totp.Digits
            ? await TakeStepAsync(userId, plain, confirmed: true, cancellationToken)
            : await TakeRecoveryCodeAsync(userId, plain, cancellationToken);
    }

    /// <summary>Makes a secret, which counts once it is confirmed, in place of one that never was.</summary>
    /// <returns>Null when the second factor is on already.</returns>
    public async Task<byte[]?> BeginAsync(Guid userId, CancellationToken cancellationToken)
    {
        var secret = Totp.NewSecret();
        await using var command = source.CreateCommand(
            """
            insert into two_factor as t (user_id, secret, last_step) values ($1, $2, 0)
            on conflict (user_id) do update set secret = excluded.secret, last_step = 0 where t.confirmed_at is null
            """);
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = secret });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? secret : null;
    }

    /// <summary>Turns it on when the app has the secret.</summary>
    /// <returns>The codes for paper, to be shown this once; null when the code is another.</returns>
    public async Task<IReadOnlyList<string>?> ConfirmAsync(Guid userId, string code, CancellationToken cancellationToken)
    {
        if (!await TakeStepAsync(userId, Plain(code), confirmed: false, cancellationToken)) return null;

        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => RandomNumberGenerator.GetString(Letters, CodeLetters)).ToList();
        await using var connection = await database.OpenConnectionAsync(source, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var confirm = new NpgsqlCommand("update two_factor set confirmed_at = $1 where user_id = $2 and confirmed_at is null", connection);
        confirm.Parameters.Add(new() { Value = clock.GetUtcNow() });
        confirm.Parameters.Add(new() { Value = userId });
        if (await confirm.ExecuteNonQueryAsync(cancellationToken) == 0) return null;

        await using var keep = new NpgsqlCommand("insert into recovery_codes (user_id, hash) select $1, unnest($2)", connection);
        keep.Parameters.Add(new() { Value = userId });
        keep.Parameters.Add(new() { Value = codes.ConvertAll(Secret.Hash) });
        await keep.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return codes.ConvertAll(letters => string.Join('-', letters.Chunk(GroupLetters).Select(group => new string(group))));
    }

    /// <summary>Turns it off; a code on paper is none any more.</summary>
    public async Task RemoveAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            "with codes as (delete from recovery_codes where user_id = $1) delete from two_factor where user_id = $1");
        command.Parameters.Add(new() { Value = userId });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Apps and paper group them.
    private static string Plain(string code) => new([.. code.Where(c => c is not (' ' or '-')).Select(char.ToLowerInvariant)]);

    private async Task<bool> TakeStepAsync(Guid userId, string code, bool confirmed, CancellationToken cancellationToken)
    {
        await using var find = source.CreateCommand("select secret from two_factor where user_id = $1 and (confirmed_at is not null) = $2");
        find.Parameters.Add(new() { Value = userId });
        find.Parameters.Add(new() { Value = confirmed });
        if (await find.ExecuteScalarAsync(cancellationToken) is not byte[] secret || Totp.StepOf(code, secret, clock.GetUtcNow()) is not { } step) return false;

        await using var take = source.CreateCommand("update two_factor set last_step = $2 where user_id = $1 and secret = $3 and last_step < $2");
        take.Parameters.Add(new() { Value = userId });
        take.Parameters.Add(new() { Value = step });
        take.Parameters.Add(new() { Value = secret });
        return await take.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task<bool> TakeRecoveryCodeAsync(Guid userId, string code, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("delete from recovery_codes where user_id = $1 and hash = $2");
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = Secret.Hash(code) });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
