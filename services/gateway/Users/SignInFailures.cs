using System.Security.Cryptography;
using System.Text;
using AlgoStack.Gateway.Audit;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// Counts what came to nothing, by name, whether there is such a user or not: a name that cannot be locked would be one that is not
/// there. An attempt is counted before it is looked at, so that any number at once are no more than any number after another.
/// </summary>
internal sealed class SignInFailures(NpgsqlDataSource database, AuditLog audit, ILookupNormalizer names, TimeProvider clock)
{
    /// <summary>One more, and the name is locked.</summary>
    public const int Allowed = 10;

    /// <summary>From the last attempt; then the count begins anew.</summary>
    public static readonly TimeSpan LockedFor = TimeSpan.FromHours(1);

    public async Task<SignInAttempt> CountAsync(string name, CancellationToken cancellationToken)
    {
        var (hash, now) = (Hash(name), clock.GetUtcNow());
        await using var commands = database.CreateBatch();
        commands.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into sign_in_failures as f (name_hash, failures, last_at) values ($1, 1, $2)
            on conflict (name_hash) do update set failures = case when f.last_at <= $3 then 1 else f.failures + 1 end, last_at = $2
            where f.failures <= $4 or f.last_at <= $3
            returning failures
            """)
        {
            Parameters = { new() { Value = hash }, new() { Value = now }, new() { Value = now - LockedFor }, new() { Value = Allowed } },
        });
        commands.BatchCommands.Add(new NpgsqlBatchCommand("select last_at from sign_in_failures where name_hash = $1") { Parameters = { new() { Value = hash } } });
        await using var reader = await commands.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken)) return new SignInAttempt(null, IsLast: reader.GetInt32(0) > Allowed);

        await reader.NextResultAsync(cancellationToken);
        // Somebody may have signed in between the two.
        return new SignInAttempt(await reader.ReadAsync(cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) + LockedFor - now : TimeSpan.Zero, IsLast: false);
    }

    /// <summary>Takes down that the attempt came to nothing, and that the name is locked if it was the last.</summary>
    /// <param name="userId">Null: the name is nobody's.</param>
    public Task RecordAsync(SignInAttempt attempt, Guid? userId, string reason, Actor by, CancellationToken cancellationToken) =>
        audit.RecordAsync([new SignInFailed(userId, reason, by), .. attempt.IsLast ? (AccountEvent[])[new SignInLocked(userId, by)] : []], cancellationToken);

    /// <summary>Somebody signed in.</summary>
    public async Task ForgetAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from sign_in_failures where name_hash = $1");
        command.Parameters.Add(new() { Value = Hash(name) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>As names are known here.</summary>
    // Hashed, because people type their password where the name belongs.
    public byte[] Hash(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(names.NormalizeName(name) ?? ""));
}

/// <param name="LockedFor">How long the name stays locked; null when the attempt may be looked at.</param>
/// <param name="IsLast">Whether the name is locked unless it comes to something.</param>
internal sealed record SignInAttempt(TimeSpan? LockedFor, bool IsLast);
