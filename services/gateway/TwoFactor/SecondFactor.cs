using System.Security.Cryptography;
using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using AlgoStack.Gateway.Tokens;
using Npgsql;

namespace AlgoStack.Gateway.TwoFactor;

/// <summary>What users have beside a password: an authenticator app, and codes on paper for when it is lost. Each code is good once.</summary>
internal sealed class SecondFactor(NpgsqlDataSource source, AuditLog audit, TimeProvider clock)
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
    /// <returns>Which of the two, as <see cref="UserSignedIn"/> has it; null where it is none.</returns>
    public async Task<string?> TakeAsync(Guid userId, string code, HttpContext context)
    {
        var plain = Plain(code);
        if (plain.Length == Totp.Digits) return await TakeStepAsync(userId, plain, confirmed: true, context.RequestAborted) ? "app" : null;

        return await TakeRecoveryCodeAsync(userId, plain, context) ? "recovery_code" : null;
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

    /// <summary>Turns it on when the app has the secret, and ends every other session of the user's, which were begun without it.</summary>
    /// <returns>The codes for paper, to be shown this once; null when the code is another.</returns>
    public async Task<IReadOnlyList<string>?> ConfirmAsync(Caller caller, string code, HttpContext context)
    {
        if (!await TakeStepAsync(caller.UserId, Plain(code), confirmed: false, context.RequestAborted)) return null;

        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => RandomNumberGenerator.GetString(Letters, CodeLetters)).ToList();
        var turnedOn = new TwoFactorTurnedOn(caller.UserId, await audit.ActorAsync(context));
        return await audit.CommitAsync(turnedOn, (connection, token) => TurnOnAsync(connection, caller, codes, token), context.RequestAborted)
            ? codes.ConvertAll(letters => string.Join('-', letters.Chunk(GroupLetters).Select(group => new string(group))))
            : null;
    }

    /// <summary>Turns it off; a code on paper is none any more.</summary>
    public Task RemoveAsync(TwoFactorTurnedOff why, CancellationToken cancellationToken) => audit.CommitAsync(
        why,
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(
                "with codes as (delete from recovery_codes where user_id = $1) delete from two_factor where user_id = $1", connection);
            command.Parameters.Add(new() { Value = why.UserId!.Value });
            return await command.ExecuteNonQueryAsync(token) > 0;
        },
        cancellationToken);

    // Apps and paper group them.
    private static string Plain(string code) => new([.. code.Where(c => c is not (' ' or '-')).Select(char.ToLowerInvariant)]);

    private async Task<bool> TurnOnAsync(NpgsqlConnection connection, Caller caller, List<string> codes, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var confirm = new NpgsqlCommand("update two_factor set confirmed_at = $1 where user_id = $2 and confirmed_at is null", connection);
        confirm.Parameters.Add(new() { Value = now });
        confirm.Parameters.Add(new() { Value = caller.UserId });
        if (await confirm.ExecuteNonQueryAsync(cancellationToken) == 0) return false;

        await using var keep = new NpgsqlCommand("insert into recovery_codes (user_id, hash) select $1, unnest($2)", connection);
        keep.Parameters.Add(new() { Value = caller.UserId });
        keep.Parameters.Add(new() { Value = codes.ConvertAll(Secret.Hash) });
        await keep.ExecuteNonQueryAsync(cancellationToken);
        await SessionTable.RevokeAllAsync(connection, caller.UserId, caller.SessionId, now, cancellationToken);
        return true;
    }

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

    private async Task<bool> TakeRecoveryCodeAsync(Guid userId, string code, HttpContext context) => await audit.CommitAsync(
        new RecoveryCodeUsed(userId, await audit.ActorAsync(context, userId)),
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand("delete from recovery_codes where user_id = $1 and hash = $2", connection);
            command.Parameters.Add(new() { Value = userId });
            command.Parameters.Add(new() { Value = Secret.Hash(code) });
            return await command.ExecuteNonQueryAsync(token) == 1;
        },
        context.RequestAborted);
}
